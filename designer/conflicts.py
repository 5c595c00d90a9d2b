"""The answer to an edit that met another one: both texts side by side, and three ways on."""

from dataclasses import dataclass

from flask import Response, render_template

from designer.drafts import StaleEdit
from designer.wording import part_name
from flows.segments import Conflict


@dataclass(frozen=True)
class Choice:
    """One part both changed: what it is called, and its text before, as mine, and as theirs."""

    name: str
    base: str
    mine: str
    theirs: str


def conflict_answer(stale: StaleEdit, theirs_url: str) -> Response:
    """Show both texts beside the form, which stays as it was typed; nothing is saved yet."""
    choices = [_choice(conflict) for conflict in stale.conflicts]
    values = {"choices": choices, "rev": stale.rev, "theirs_url": theirs_url}
    answer = Response(render_template("parts/_conflict.html", **values), 409)
    # Only this part of the page is swapped: what was typed is nowhere but in the form.
    answer.headers["HX-Retarget"] = "#conflict"
    answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _choice(conflict: Conflict) -> Choice:
    texts = (conflict.base, conflict.mine, conflict.theirs)
    return Choice(part_name(conflict.path), *(text.strip("\n") for text in texts))
