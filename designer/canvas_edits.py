"""The edits of the canvas: read from JSON, applied to the drafts as one change."""

import json
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Engine

from designer import drafts
from designer.pages.flows import free_key
from designer.workspace import Workspace
from flows import edits
from flows.edits import EditRefused
from flows.yaml_text import write

Edit = dict[str, Any]
Place = tuple[float, float]


def read_edit(text: str) -> Edit:
    """Read one edit; EditRefused when it is not one."""
    try:
        edit = json.loads(text)
    except ValueError:
        edit = None
    if not isinstance(edit, dict) or edit.get("op") not in _LABELS:
        raise EditRefused("bad_edit")
    return edit


def apply(
    engine: Engine, author: str, workspace: Workspace, flow: str, rev: int, edit: Edit
) -> None:
    """Apply one edit at a revision; a script that a new step needs is made with it."""
    path = f"flows/{flow}.yaml"
    text = workspace.files.get(path)
    if text is None or drafts.revision(engine, path) != rev:
        raise drafts.StaleEdit(path, drafts.revision(engine, path))
    who = drafts.Author(author, path, _LABELS[edit["op"]]())
    try:
        if edit["op"] == "add":
            texts = _add(workspace, flow, text, edit)
        else:
            texts = {path: _change(text, edit)}
    except ValueError as error:  # The draft was made unreadable in the YAML view.
        raise EditRefused(str(error), reason="") from error
    drafts.save(engine, who, texts, {path: rev})


def new_script(key: str, languages: tuple[str, ...]) -> str:
    """Write a script with one empty wording."""
    return write({"script": key, "variants": {"a": {"text": dict.fromkeys(languages[:1], "")}}})


def _add(workspace: Workspace, flow: str, text: str, edit: Edit) -> dict[str, str | None]:
    kind = str(edit.get("kind", ""))
    found = workspace.flow(flow)
    key = free_key(kind, "step", set(found.steps))
    texts: dict[str, str | None] = {}
    script = ""
    if kind in ("say", "ask"):
        taken = set(workspace.compiled.book.scripts)
        script = free_key(f"{flow}_{key}", "script", taken)
        texts[f"scripts/{script}.yaml"] = new_script(script, workspace.languages)
    text = edits.add_step(text, key, kind, _place(edit.get("at")), script)
    if edit.get("from"):
        text = edits.link(text, str(edit["from"]), str(edit.get("port", "next")), key)
    texts[f"flows/{flow}.yaml"] = text
    return texts


def _change(text: str, edit: Edit) -> str:
    if edit["op"] == "link":
        ends = (str(edit.get(name) or "") for name in ("from", "port", "to"))
        return edits.link(text, *ends)
    if edit["op"] == "delete":
        return edits.delete_steps(text, [str(key) for key in _list(edit.get("keys"))])
    if edit["op"] == "start":
        return edits.set_start(text, str(edit.get("key", "")))
    places = edit.get("places")
    if not isinstance(places, dict):
        raise EditRefused("bad_edit")
    return edits.move_steps(text, {str(key): _place(at) for key, at in places.items()})


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise EditRefused("bad_edit")
    return value


def _place(at: Any) -> Place:
    if (
        isinstance(at, list)
        and len(at) == 2
        and all(isinstance(n, int | float) and abs(n) < 1e5 for n in at)
    ):
        return float(at[0]), float(at[1])
    raise EditRefused("bad_edit")


_LABELS: dict[str, Callable[[], str]] = {
    "add": lambda: _("step added"),
    "move": lambda: _("cards moved"),
    "link": lambda: _("link changed"),
    "delete": lambda: _("steps deleted"),
    "layout": lambda: _("cards tidied up"),
    "start": lambda: _("start chosen"),
}
