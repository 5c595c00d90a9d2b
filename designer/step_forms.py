"""The inspector's form of a step as the edit it means: step and wordings in one change."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Engine

from designer import drafts, history
from designer.form_numbers import asked_number, asked_whole
from designer.form_texts import kept_name, kept_text, like
from designer.form_values import condition_of, nested_values, number_of, rows, text_of, typed_like
from designer.marking import N_
from designer.meaning import changed_in
from designer.script_forms import changed_words
from designer.titles import titles_of
from designer.workspace import Workspace, workspace_of
from flows import edits, script_edits
from flows.edits import EditRefused
from flows.model import Step
from flows.reading import read_step
from flows.yaml_text import values_of

Values = dict[str, Any]
ANY = (-1e12, 1e12)


def save_step(
    engine: Engine,
    author: str,
    workspace: Workspace,
    flow: str,
    key: str,
    form: Mapping[str, str],
) -> None:
    """Save a step and the wordings of its script; StaleEdit when just these were changed since."""
    path = f"flows/{flow}.yaml"
    values = nested_values({name: form[name] for name in form})
    if path not in workspace.files or key not in workspace.flow(flow).steps:
        raise EditRefused("no_such_step", key=key)
    rev = int(number_of(values.get("rev"), workspace.rev) or 0)
    # The form is applied to what it was filled from; saving merges it with what came since.
    base = workspace
    if rev != workspace.rev:
        base = workspace_of(history.files_at(engine, rev), rev)
    step = base.flow(flow).steps.get(key) if path in base.files else None
    if step is None:
        raise EditRefused("no_such_step", key=key)
    try:
        body = body_of(step, values, base.files[path])
        kept = _kept(key, values_of(base.files[path])["steps"][key], body)
        texts: dict[str, str | None] = {path: edits.set_step(base.files[path], key, kept)}
    except ValueError as error:
        raise EditRefused(str(error), reason="") from error
    texts |= _wordings(base, step, body, values)
    who = drafts.Author(
        author, path, _("%(step)s edited", step=titles_of(workspace).step(flow, key))
    )
    drafts.save(engine, who, texts, dict.fromkeys(texts, rev))


def body_of(step: Step, values: Values, text: str) -> Values:
    """Give what the YAML of a step should hold, in its usual order."""
    raw = values_of(text)["steps"][step.key]
    body = _BODIES[step.kind](step, values, raw)
    if "title" in values:
        body["title"] = kept_name(raw.get("title"), values["title"])
    elif raw.get("title"):
        body["title"] = raw["title"]
    return {name: value for name, value in body.items() if value not in ("", None)}


def _kept(key: str, raw: Values, body: Values) -> Values:
    """Give what the form changed of a step, with all that means the same as it stands."""
    wanted = {**dict.fromkeys(raw), **body}
    changed = changed_in("", raw, wanted, lambda document: read_step(document, key, document.value))
    kept = {name: changed.get(name, value) for name, value in raw.items()} | changed
    return {name: value for name, value in kept.items() if value is not None}


def _wordings(
    workspace: Workspace, step: Step, body: Values, values: Values
) -> dict[str, str | None]:
    """Write the wordings that differ; only those of the script the step had and still has."""
    script = getattr(step, "script", "")
    path = f"scripts/{script}.yaml"
    said = values.get("say")
    if not script or body.get(step.kind) != script or path not in workspace.files:
        return {}
    text = workspace.files[path]
    known = workspace.compiled.book.scripts[script].variants
    for variant, languages in (said if isinstance(said, dict) else {}).items():
        if variant in known:
            for language, words in changed_words(known[variant].text, languages).items():
                text = script_edits.reword(text, variant, language, words)
    if values.get("new_wording"):
        text = script_edits.add_variant(text, _free_variant(known))
    return {path: text} if text != workspace.files[path] else {}


def _free_variant(known: Mapping[str, object]) -> str:
    return next(key for key in (*"abcdefghij", f"v{len(known) + 1}") if key not in known)


def _say(_step: Step, values: Values, _raw: Values) -> Values:
    return {"say": values.get("script", ""), "next": values.get("next", "")}


def _ask(_step: Step, values: Values, raw: Values) -> Values:
    body: Values = {"ask": values.get("script", "")}
    given, asked = rows(values, "choices"), raw.get("choices")
    known = [one.get("text") for one in asked if isinstance(one, dict)] if asked else []
    choices = [
        {
            "text": kept_text(like(known, row.get("text"), i, len(given)), row.get("text")) or {},
            "next": row.get("next", ""),
        }
        for i, row in enumerate(given)
        if text_of(row.get("text")) or row.get("next")
    ]
    intents = {
        row["intent"]: row.get("next", "") for row in rows(values, "intents") if row.get("intent")
    }
    body |= {"choices": choices or None, "intents": intents or None}
    if values.get("slot"):
        body |= {"slot": values["slot"], "expect": _expect(values)}
        retries = asked_whole(values.get("retries"), N_("retries"), (0, 10), 2)
        body["retries"] = retries if retries != 2 else None
        body |= {"retry": values.get("retry", ""), "next": values.get("next", "")}
    return body | {"otherwise": values.get("otherwise", "")}


def _expect(values: Values) -> Values | None:
    kind = values.get("expect_kind", "text")
    if kind == "pattern":
        return {"pattern": values.get("pattern", "")}
    if kind == "entity":
        return {"entity": values.get("entity", "")}
    if kind == "one_of":
        options = str(values.get("one_of", "")).replace("，", ",").split(",")
        return {"one_of": [option.strip() for option in options if option.strip()]}
    bounds = {
        "min": asked_number(values.get("least"), N_("at least"), ANY),
        "max": asked_number(values.get("most"), N_("at most"), ANY),
    }
    kept = {name: bound for name, bound in bounds.items() if bound is not None}
    return {kind: kept} if kind == "number" or kept else None


def _branch(_step: Step, values: Values, _raw: Values) -> Values:
    cases = []
    for number, row in enumerate(rows(values, "cases")):
        when = condition_of(str(row.get("when", "")))
        if next(iter(when.values()), None) or number == 0:
            cases.append({"when": when, "next": row.get("next", "")})
    return {"branch": cases, "otherwise": values.get("otherwise", "")}


def _set(step: Step, values: Values, _raw: Values) -> Values:
    known, slots = getattr(step, "values", {}), {}
    for row in rows(values, "slots"):
        if slot := row.get("slot"):
            slots[slot] = typed_like(known.get(slot), str(row.get("value", "")))
    return {"set": slots, "next": values.get("next", "")}


def _request(step: Step, values: Values, _raw: Values) -> Values:
    known = getattr(step, "send", {})
    send = {
        row["name"]: typed_like(known.get(row["name"]), str(row.get("value", "")))
        for row in rows(values, "send")
        if row.get("name")
    }
    body: Values = {"request": values.get("request", ""), "send": send or None}
    return body | {"next": values.get("next", ""), "otherwise": values.get("otherwise", "")}


def _call(_step: Step, values: Values, _raw: Values) -> Values:
    return {"call": values.get("call", ""), "next": values.get("next", "")}


def _handover(_step: Step, values: Values, _raw: Values) -> Values:
    desk = {"queue": values.get("queue") or "service", "reason": values.get("reason", "")}
    return {"handover": desk, "next": values.get("next", "")}


def _end(_step: Step, _values: Values, _raw: Values) -> Values:
    return {"end": True}


_BODIES: dict[str, Callable[[Step, Values, Values], Values]] = {
    "say": _say,
    "ask": _ask,
    "branch": _branch,
    "set": _set,
    "request": _request,
    "call": _call,
    "handover": _handover,
    "end": _end,
}
