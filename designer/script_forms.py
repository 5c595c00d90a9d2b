"""The form of a script as the edits it means: wordings, cards, answers, review, shares."""

from collections.abc import Mapping
from typing import Any

from designer.form_values import number_of, rows, text_of
from flows import script_edits, trees
from flows.edits import EditRefused
from flows.yaml_text import values_of

Values = Mapping[str, Any]


def edited(text: str, form: Values) -> str:
    """Give the script as the form has it; what the form does not show stays as it stands."""
    known = values_of(text).get("variants") or {}
    for variant, languages in _mapping(form.get("say")).items():
        if variant not in known:
            raise EditRefused("unknown_variant", variant=variant)
        for language, words in _mapping(languages).items():
            if _said(known[variant], language) != words.strip():
                text = script_edits.reword(text, variant, language, words.strip())
    for variant in known:
        more = _mapping(_mapping(form.get("more")).get(variant))
        if more:
            text = script_edits.set_parts(text, variant, _parts(more))
    weighting: Any = form.get("weighting", "even")
    if weighting == "fixed":
        weights = _mapping(form.get("weight"))
        weighting = {"fixed": {key: number_of(value, 0) for key, value in weights.items()}}
    goal = str(form.get("goal", "")).strip()
    chosen = None if weighting == "even" else weighting
    values: dict[str, Any] = {"weighting": chosen, "goal": goal or None}
    if "title" in form:
        values["title"] = _titled(values_of(text).get("title"), text_of(form["title"]))
    return trees.set_values(text, values)


def _titled(known: Any, given: Mapping[str, str]) -> Any:
    """Give a title as the form has it in one language; the others stay, an empty one goes."""
    if set(given) == {""}:
        return given[""].strip() or None
    both = {**(known if isinstance(known, dict) else {}), **given}
    return {language: words.strip() for language, words in both.items() if words.strip()} or None


def _said(body: Any, language: str) -> str:
    said = body.get("text") if isinstance(body, Mapping) else None
    if isinstance(said, str):
        return ""
    return str((said or {}).get(language, "")).strip()


def _parts(more: Values) -> dict[str, Any]:
    """Give the parts of a wording beside its text; None takes a part away."""
    card: dict[str, Any] = {}
    for name in ("title", "text", "label"):
        words = {k: w.strip() for k, w in text_of(more.get(f"card_{name}")).items() if w.strip()}
        card |= {name: words} if words else {}
    for name in ("image", "url"):
        address = str(more.get(name, "")).strip()
        card |= {name: address} if address else {}
    replies = [text_of(row) for row in rows(more, "replies")]
    review = "draft" if more.get("review") == "draft" else None
    return {"review": review, "card": card or None, "replies": [r for r in replies if r] or None}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
