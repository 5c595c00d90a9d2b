"""The front door, and what belongs to every screen: language and theme."""

from flask import Blueprint, jsonify, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

bp = Blueprint("home", __name__)


@bp.get("/")
def front() -> Response:
    """Begin with the flows."""
    return redirect(url_for("flows.page"))


@bp.get("/session")
def session() -> Response:
    """Give a fresh form token to a page that stayed open while its session ended."""
    return jsonify(token=generate_csrf())


@bp.get("/language/<code>")
def language(code: str) -> Response:
    """Pick the screen language."""
    return _remember("lang", code if code in ("zh", "en") else "en")


@bp.get("/first-steps/hide")
def hide_first_steps() -> Response:
    """Show the list of first steps no more in this browser."""
    return _remember("first-steps", "hidden")


@bp.get("/theme/<name>")
def theme(name: str) -> Response:
    """Pick light, dark, or as the system has it."""
    return _remember("theme", name if name in ("light", "dark") else "auto")


def _remember(name: str, value: str) -> Response:
    back = request.args.get("back", "/")
    # Only a path of ours: "//elsewhere" and "https://…" would lead people away.
    safe = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    response = redirect(safe)
    response.set_cookie(name, value, max_age=365 * 86400, samesite="Lax")
    return response
