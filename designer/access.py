"""Who may edit, publish and answer; asked on the server, for every route that does something."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort
from flask_security import current_user

F = TypeVar("F", bound=Callable[..., Any])

MAY = {
    "see": {"viewer", "operator", "publisher", "agent", "admin"},
    "edit": {"operator", "publisher", "admin"},
    "publish": {"publisher", "admin"},
    "answer": {"agent", "admin"},
    "administer": {"admin"},
}


def may(deed: str) -> bool:
    """Say whether whoever asks may do this."""
    if not current_user.is_authenticated:
        return False
    return bool(MAY[deed] & {role.name for role in current_user.roles})


def needs(deed: str) -> Callable[[F], F]:
    """Let a view be reached only by those who may do this."""

    def wrap(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **values: Any) -> Any:
            if not may(deed):
                abort(403)
            return view(*args, **values)

        return guarded  # type: ignore[return-value]

    return wrap


def author() -> str:
    """Name whoever asks, for the history."""
    return str(current_user.email) if current_user.is_authenticated else ""


def agent_name() -> str:
    """Name whoever asks, for a visitor."""
    return str(current_user.name or current_user.email.split("@")[0])
