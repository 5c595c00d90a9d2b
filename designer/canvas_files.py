"""Edits of the canvas that touch more than the flow itself: they bring scripts or flows along."""

from collections.abc import Callable

from designer.form_texts import name_of
from designer.keys import free_key
from designer.reading_edits import Edit, list_of, place_of
from designer.workspace import Workspace
from flows import edits
from flows.clipping import paste, scripts_of
from flows.edits import EditRefused, steps_in
from flows.fields import NOTHING
from flows.model import Text
from flows.subflow import extract
from flows.yaml_text import write

Texts = dict[str, str | None]
Made = tuple[Texts, tuple[str, ...]]


def new_script(key: str, languages: tuple[str, ...], title: Text = NOTHING) -> str:
    """Write a script with one empty wording."""
    named = {"title": dict(title)} if any(title.values()) else {}
    wording = {"text": dict.fromkeys(languages[:1], "")}
    return write({"script": key, **named, "variants": {"a": wording}})


def _add(workspace: Workspace, flow: str, text: str, edit: Edit) -> Made:
    kind = str(edit.get("kind", ""))
    key = free_key(kind, "step", set(steps_in(text)))
    texts: Texts = {}
    script = ""
    if kind in ("say", "ask"):
        taken = set(workspace.compiled.book.scripts)
        script = free_key(f"{flow}_{key}", "script", taken)
        texts[f"scripts/{script}.yaml"] = new_script(script, workspace.languages)
    text = edits.add_step(text, key, kind, place_of(edit.get("at")), script)
    if edit.get("from"):
        text = edits.link(text, str(edit["from"]), str(edit.get("port", "next")), key)
    texts[f"flows/{flow}.yaml"] = text
    return texts, (key,)


def _paste(workspace: Workspace, flow: str, _text: str, edit: Edit) -> Made:
    clipping = edit.get("clipping")
    if not isinstance(clipping, str):
        raise EditRefused("not_a_clipping")
    at = place_of(edit["at"]) if edit.get("at") else None
    pasted = paste(workspace.files, flow, clipping, at, _unused_scripts(workspace))
    return dict(pasted.texts), pasted.keys


def _extract(workspace: Workspace, flow: str, text: str, edit: Edit) -> Made:
    keys = [str(key) for key in list_of(edit.get("keys"))]
    title = name_of(edit.get("title"))
    taken = {path[6:-5] for path in workspace.files if path.startswith("flows/")}
    new = free_key(title, "subflow", taken)
    made = extract(text, keys, new, {workspace.languages[0]: title or new})
    return {f"flows/{flow}.yaml": made.flow, f"flows/{new}.yaml": made.subflow}, (made.call,)


def _unused_scripts(workspace: Workspace) -> set[str]:
    """Name the scripts that neither a flow, nor a rule, nor the workspace says."""
    book = workspace.compiled.book
    used: set[str] = {book.workspace.fallback, book.workspace.human.script}
    used.add(book.workspace.human.closed)
    for path, document in book.documents.items():
        if path.startswith("flows/") and isinstance(document.value, dict):
            steps = document.value.get("steps")
            for body in steps.values() if isinstance(steps, dict) else ():
                used.update(scripts_of(body))
    for rule in workspace.compiled.rules:
        used.update(deed.target for deed in rule.then)
    return set(book.scripts) - used


EDITS_OF_FILES: dict[str, Callable[[Workspace, str, str, Edit], Made]] = {
    "add": _add,
    "paste": _paste,
    "extract": _extract,
}
