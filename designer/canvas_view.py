"""What the canvas shows, and what of it changed: shared by everything that edits a flow."""

from dataclasses import replace
from typing import Any

from flask import Response, render_template
from flask_security import current_user

from designer import drafts, history
from designer.cards import cards_of, differing, notes_of, seen_as
from designer.condition_trees import facts_set, facts_to_choose
from designer.titles import by_title, titles_of
from designer.unpublished import is_live
from designer.wording import fact_name
from designer.workspace import Workspace, engine, open_workspace, workspace_of
from flows.problems import Problem
from runtime.releases import live_files


def canvas_values(workspace: Workspace, flow: str) -> dict[str, Any]:
    """Give what the whole canvas page needs."""
    return state_values(workspace, flow) | {"cards": cards_of(workspace, workspace.flow(flow))}


def state_values(workspace: Workspace, flow: str) -> dict[str, Any]:
    """Give what stands around the cards: the state, the notes, the problems."""
    path = f"flows/{flow}.yaml"
    found = workspace.flow(flow)
    can_undo, can_redo = drafts.can_undo(engine(), path, str(current_user.email))
    number, live = live_files(engine())
    return {
        "flow": found,
        "notes": notes_of(found),
        "rev": workspace.rev,
        "can_undo": can_undo,
        "can_redo": can_redo,
        "problems": problems_of(workspace, flow),
        "broken": _is_broken(workspace, path),
        "live": number,
        "is_live": is_live(workspace, live, flow),
    }


def step_values(workspace: Workspace, flow: str, step: str) -> dict[str, Any]:
    """Give what the inspector of a step needs."""
    found = workspace.flow(flow)
    book, names = workspace.compiled.book, titles_of(workspace)
    body = found.steps.get(step)
    return {
        "flow": found,
        "step": body,
        "script": book.scripts.get(getattr(body, "script", "")),
        "targets": {key: names.of_step(other) for key, other in found.steps.items()},
        "scripts": by_title(book.scripts, names.script),
        "flows": by_title(book.flows, names.flow),
        "connectors": by_title(book.connectors, names.connector),
        "intents": by_title(book.intents, names.intent),
        "facts": facts_to_choose(
            facts_set(book, workspace.compiled.rules),
            {"message.intent": by_title(book.intents, names.intent)},
            workspace.compiled.segments,
            book.entities,
        ),
        "entities": {one: fact_name(f"entity.{one}") for one in sorted(book.entities)},
        "languages": workspace.languages,
        "rev": workspace.rev,
        "seen": seen_as(workspace, flow, step),
        "card": cards_of(workspace, found, (step,)).get(step),
    }


def problems_of(workspace: Workspace, flow: str) -> list[Problem]:
    """Name the problems of a flow and of the scripts it says, each at its step, each once."""
    says = {getattr(step, "script", ""): step.key for step in workspace.flow(flow).steps.values()}
    mine = {f"flows/{flow}.yaml"} | {f"scripts/{script}.yaml" for script in says if script}
    found = [problem for problem in workspace.compiled.problems if problem.file in mine]
    wordless = {p.values.get("script", "") for p in found if p.code == "empty_script" and p.step}
    shown = []
    for problem in found:
        script = "" if problem.step else problem.file.removeprefix("scripts/").removesuffix(".yaml")
        if script not in wordless or problem.code not in ("empty_script", "empty_variant"):
            shown.append(replace(problem, step=problem.step or says.get(script, "")))
    return shown


def _listed(workspace: Workspace, flow: str) -> list[tuple[object, ...]]:
    """Give what the list of problems shows of each: one at a step shows no line."""
    return [
        (p.code, p.step, p.values, "" if p.step else f"{p.file}:{p.line}")
        for p in problems_of(workspace, flow)
    ]


def changed(
    flow: str, since: int, notice: str = "", status: int = 200, inspected: str = ""
) -> Response:
    """Give what differs from what a tab saw at a revision: cards, notes, and the state around."""
    after = open_workspace()
    before = workspace_of(history.files_at(engine(), since), since) if since else after
    values = state_values(after, flow)
    differ = differing(before, after, flow)
    known = before.flow(flow).steps
    old, new = (cards_of(at, at.flow(flow), differ) for at in (before, after))
    both = [(old[key], card) for key, card in new.items() if key in known and old[key] != card]
    parts = {
        "added": [card for key, card in new.items() if key not in known],
        "changed": [card for was, card in both if replace(was, at=card.at) != card],
        "moved": {card.key: card.at for was, card in both if replace(was, at=card.at) == card},
        "removed": [key for key in differ if key not in new],
        "notes_differ": notes_of(before.flow(flow)) != values["notes"],
        "problems_differ": not since or _listed(before, flow) != _listed(after, flow),
    }
    there = after.flow(flow).steps
    inspect = step_values(after, flow, inspected) if inspected in there else None
    said = {**values, **parts, "notice": notice, "inspect": inspect, "failed": status >= 400}
    return Response(render_template("canvas/_changed.html", **said), status)


def _is_broken(workspace: Workspace, path: str) -> bool:
    document = workspace.compiled.book.documents.get(path)
    return document is not None and document.value is None
