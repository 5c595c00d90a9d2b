"""Find words in every flow, script, rule and intent; and give chosen steps for the clipboard."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext as _

from designer.cards import body_of
from designer.titles import in_screen_language, titles_of
from designer.wording import condition_words, kind_name, sentence_of
from designer.workspace import Workspace, open_workspace
from flows.clipping import clip
from flows.edits import EditRefused
from flows.model import Ask, Branch, Step

bp = Blueprint("finding", __name__)
MOST, AROUND = 40, 30


@dataclass(frozen=True)
class Hit:
    """A place where the words were found, and a little of what stands around them."""

    title: str
    where: str
    url: str
    before: str = ""
    match: str = ""
    after: str = ""
    flow: str = ""
    step: str = ""


@bp.get("/find")
def everywhere() -> str:
    """Find words in flows, scripts, rules and intents."""
    wanted = request.args.get("q", "").strip().lower()[:100]
    found: list[Hit] = []
    if wanted:
        for hit in _search(open_workspace(), wanted):
            found.append(hit)
            if len(found) >= MOST:
                break
    return render_template("canvas/_found.html", found=found)


@bp.get("/flows/<flow>/clipping")
def clipping(flow: str) -> Response:
    """Give chosen steps and notes of a flow as YAML text for the clipboard."""
    keys = [key for key in request.args.get("keys", "").split(",") if key]
    notes = [key for key in request.args.get("notes", "").split(",") if key]
    workspace = open_workspace()
    workspace.flow(flow)
    try:
        text = clip(workspace.files, flow, keys, notes)
    except EditRefused as refused:
        return Response(sentence_of(refused.code, **refused.values), 422, mimetype="text/plain")
    except ValueError as error:
        return Response(sentence_of(str(error), reason=""), 422, mimetype="text/plain")
    return Response(text, mimetype="text/plain")


def _search(workspace: Workspace, wanted: str) -> Iterator[Hit]:
    book, names = workspace.compiled.book, titles_of(workspace)
    for flow in book.flows.values():
        title = names.flow(flow.key)
        url = url_for("canvas.page", flow=flow.key)
        if wanted in f"{flow.key} {' '.join(flow.title.values())}".lower():
            yield Hit(title, _("flow"), url)
        for step in flow.steps.values():
            text = " · ".join(_texts(workspace, step))
            if wanted in text.lower():
                where = f"{kind_name(step.kind)} · {title}"
                parts = _around(text, wanted)
                name = names.of_step(step)
                yield Hit(name, where, f"{url}#{step.key}", *parts, flow.key, step.key)
    for key, script in book.scripts.items():
        said = (t for v in script.variants.values() for t in v.text.values())
        text = " · ".join([*script.title.values(), *said])
        if wanted in f"{key} {text}".lower():
            parts = _around(f"{key} {text}", wanted)
            yield Hit(names.script(key), _("script"), url_for("scripts.one", script=key), *parts)
    for rule in workspace.compiled.rules:
        held = condition_words(rule.when)
        text = f"{in_screen_language(rule.name)} {rule.key} {rule.trigger.event} {held}"
        if wanted in text.lower():
            name = names.rule(rule.key)
            yield Hit(name, _("rule"), url_for("rules.one", rule=rule.key), *_around(text, wanted))


def _texts(workspace: Workspace, step: Step) -> Iterator[str]:
    """Give everything a step is found by: its key, what it says, facts and intents."""
    yield step.key
    yield from step.title.values()
    script = workspace.compiled.book.scripts.get(getattr(step, "script", ""))
    for variant in script.variants.values() if script else ():
        yield from variant.text.values()
    if isinstance(step, Ask):
        for choice in step.choices:
            yield from choice.text.values()
        for intent in step.intents:
            yield intent
            yield titles_of(workspace).intent(intent)
        yield step.slot
    elif isinstance(step, Branch):
        yield from (condition_words(case.when) for case in step.cases)
    else:
        yield from body_of(step, workspace.compiled.book)[0]


def _around(text: str, wanted: str) -> tuple[str, str, str]:
    at = text.lower().find(wanted)
    start, end = max(0, at - AROUND), at + len(wanted)
    lead = "…" if start else ""
    return lead + text[start:at], text[at:end], text[end : end + AROUND]
