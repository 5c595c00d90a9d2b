"""The edits of the canvas: read from JSON, applied to the newest drafts as one change.

An edit names steps, so it is made on the newest text even when its tab saw an older one; it is
refused only where it would undo what somebody else wrote meanwhile.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Engine

from designer import drafts, history
from designer.canvas_files import EDITS_OF_FILES
from designer.form_texts import name_of
from designer.reading_edits import Edit, list_of, place_of, whole
from designer.workspace import Workspace
from flows import edits
from flows.edits import EditRefused, leads_by_port, steps_in
from flows.model import NOTE_COLORS
from flows.segments import Conflict, cut
from flows.yaml_text import values_of

Texts = dict[str, str | None]


@dataclass(frozen=True)
class Said:
    """What an edit brought: a word for the person, and the keys of new steps to be chosen."""

    notice: str = ""
    keys: tuple[str, ...] = ()


def read_edit(text: str) -> Edit:
    """Read one edit; EditRefused when it is not one."""
    try:
        edit = json.loads(text)
    except (ValueError, RecursionError):
        edit = None
    if not isinstance(edit, dict) or edit.get("op") not in _LABELS:
        raise EditRefused("bad_edit")
    return edit


def apply(
    engine: Engine, author: str, workspace: Workspace, flow: str, since: int, edit: Edit
) -> Said:
    """Apply one edit that was made on a revision; gives what is to be said of it."""
    path = f"flows/{flow}.yaml"
    text = workspace.files.get(path)
    if text is None:
        raise drafts.StaleEdit(path, workspace.rev)
    if since != workspace.rev:
        _keep_others_work(history.text_at(engine, path, since) or text, text, path, edit)
    said = Said()
    try:
        if edit["op"] in EDITS_OF_FILES:
            texts, keys = EDITS_OF_FILES[edit["op"]](workspace, flow, text, edit)
            said = Said(keys=keys)
        else:
            texts = {path: _CHANGES[edit["op"]](text, edit)}
    except ValueError as error:  # The draft was made unreadable in the YAML view.
        raise EditRefused(str(error), reason="") from error
    who = drafts.Author(author, path, _LABELS[edit["op"]]())
    drafts.save(engine, who, texts, {path: workspace.rev})
    return said


def _keep_others_work(base: str, now: str, path: str, edit: Edit) -> None:
    """Refuse a deletion or a link where somebody else changed the very same meanwhile."""
    if edit["op"] in ("delete", "extract", "unnote"):
        old, new = cut(base) or {}, cut(now) or {}
        name = "notes" if edit["op"] == "unnote" else "steps"
        keys = edit.get("keys")
        places = [(name, str(key)) for key in (keys if isinstance(keys, list) else [])]
        lost = [at for at in places if old.get(at) != new.get(at)]
        if lost:
            conflicts = tuple(Conflict(at, old.get(at, ""), "", new.get(at, "")) for at in lost)
            raise drafts.StaleEdit(path, 0, conflicts)
    elif edit["op"] == "link":
        key, port = str(edit.get("from")), str(edit.get("port"))
        was = leads_by_port(steps_in(base).get(key)).get(port)
        found = leads_by_port(steps_in(now).get(key)).get(port)
        if key in steps_in(now) and was != found and found != edit.get("to"):
            conflict = Conflict(("steps", key, port), was or "", str(edit.get("to")), found or "")
            raise drafts.StaleEdit(path, 0, (conflict,))


def _link(text: str, edit: Edit) -> str:
    ends = (str(edit.get(name) or "") for name in ("from", "port", "to"))
    return edits.link(text, *ends)


def _move(text: str, edit: Edit) -> str:
    places, notes = edit.get("places") or {}, edit.get("notes") or {}
    if not isinstance(places, dict) or not isinstance(notes, dict) or not (places or notes):
        raise EditRefused("bad_edit")
    known = values_of(text).get("notes") or {}
    for key, at in notes.items():
        if key in known:
            text = edits.set_note(text, key, {**known[key], "at": whole(place_of(at))})
    # A card that somebody else deleted meanwhile has no place to go to.
    there = {str(key): place_of(at) for key, at in places.items() if key in steps_in(text)}
    if places and not there:
        raise EditRefused("no_such_step", key=", ".join(map(str, places)))
    return edits.move_steps(text, there) if there else text


def _note(text: str, edit: Edit) -> str:
    color, key = str(edit.get("color", "yellow")), str(edit.get("key", ""))
    if color not in NOTE_COLORS:
        raise EditRefused("bad_edit")
    size = place_of(edit.get("size", [220, 120]))
    body = {"text": str(edit.get("text", ""))[:4_000], "at": whole(place_of(edit.get("at")))}
    body["size"] = whole((max(80, min(size[0], 1_200)), max(60, min(size[1], 1_200))))
    known = values_of(text).get("notes") or {}
    if not key:
        key = next(f"note_{n}" for n in range(1, len(known) + 2) if f"note_{n}" not in known)
    elif key not in known:
        raise EditRefused("no_such_note")
    return edits.set_note(text, key, {**body, "color": color})


def _unnote(text: str, edit: Edit) -> str:
    for key in list_of(edit.get("keys")):
        text = edits.set_note(text, str(key), None)
    return text


def _label(text: str, edit: Edit) -> str:
    words = edit.get("words")
    if not isinstance(words, Mapping) or not all(isinstance(w, str) for w in words.values()):
        raise EditRefused("bad_edit")
    key, port = str(edit.get("from")), str(edit.get("port"))
    said = {str(lang)[:20]: name_of(word, 80) for lang, word in words.items() if word.strip()}
    known = ((values_of(text).get("labels") or {}).get(key) or {}).get(port)
    # A label is written in one language at a time; an emptied one goes with all of them.
    both = {**known, **said} if said and isinstance(known, Mapping) else said
    return edits.set_label(text, key, port, both)


_CHANGES: dict[str, Callable[[str, Edit], str]] = {
    "move": _move,
    "layout": _move,
    "link": _link,
    "delete": lambda text, edit: edits.delete_steps(
        text, [str(k) for k in list_of(edit.get("keys"))]
    ),
    "start": lambda text, edit: edits.set_start(text, str(edit.get("key", ""))),
    "note": _note,
    "unnote": _unnote,
    "label": _label,
}
_LABELS: dict[str, Callable[[], str]] = {
    "add": lambda: _("step added"),
    "move": lambda: _("cards moved"),
    "link": lambda: _("link changed"),
    "delete": lambda: _("steps deleted"),
    "layout": lambda: _("cards tidied up"),
    "start": lambda: _("start chosen"),
    "paste": lambda: _("steps pasted"),
    "extract": lambda: _("sub-flow made"),
    "note": lambda: _("note written"),
    "unnote": lambda: _("note deleted"),
    "label": lambda: _("link labelled"),
}
