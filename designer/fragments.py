"""Page or partial? One helper for every htmx view."""

from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from flask import Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException

WHOLE_PAGE = ("HX-Boosted", "HX-History-Restore-Request")  # htmx asks, but wants everything.


def show(screen: str, partial: str, status: int = 200, **values: Any) -> Response:
    """Render `<screen>/_<partial>.html` for htmx and `<screen>/page.html` for everyone else."""
    name = f"{screen}/_{partial}.html" if wants_partial() else f"{screen}/page.html"
    response = make_response(render_template(name, partial=partial, **values), status)
    response.vary.add("HX-Request")
    return response


def wants_partial() -> bool:
    """Say whether htmx asks for a part of a page."""
    headers = request.headers
    return "HX-Request" in headers and not any(name in headers for name in WHOLE_PAGE)


def show_error(error: Exception) -> tuple[str, int]:
    """Say what happened, why, and what now."""
    code = (error.code if isinstance(error, HTTPException) else None) or 500
    return render_template("layout/error.html", code=code), code


@lru_cache(maxsize=200)
def asset_version(name: str) -> str:
    """Give a few letters that change with a static file, so that browsers may keep it for long."""
    path = Path(current_app.static_folder or "") / name
    return blake2b(path.read_bytes(), digest_size=5).hexdigest() if path.is_file() else "0"
