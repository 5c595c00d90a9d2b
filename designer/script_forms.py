"""The form of a script as the edits it means: wordings, cards, answers, review, shares."""

from collections.abc import Callable, Mapping
from typing import Any

from designer.form_numbers import asked_number
from designer.form_texts import kept_name, kept_text, like
from designer.form_values import rows
from designer.marking import N_
from designer.meaning import changed_in, set_changed
from flows import script_edits
from flows.edits import EditRefused
from flows.fields import Fields
from flows.reading_scripts import read_script, read_variant
from flows.yaml_text import Document, values_of

Values = Mapping[str, Any]


def edited(text: str, form: Values) -> str:
    """Give the script as the form has it; what the form does not show stays as it stands."""
    known = values_of(text).get("variants") or {}
    for variant, languages in _mapping(form.get("say")).items():
        if variant not in known:
            raise EditRefused("unknown_variant", variant=variant)
        for language, words in changed_words(
            _mapping(known[variant]).get("text"), languages
        ).items():
            text = script_edits.reword(text, variant, language, words.strip())
    for variant in known:
        more = _mapping(_mapping(form.get("more")).get(variant))
        if more:
            body = _mapping(known[variant])
            parts = changed_in("", body, _parts(more, body), _reader(variant))
            text = script_edits.set_parts(text, variant, parts)
    weighting: Any = form.get("weighting", "even")
    if weighting == "fixed":
        weights = _mapping(form.get("weight"))
        weighting = {
            "fixed": {k: asked_number(w, N_("Share"), (0, 1e6), 0) for k, w in weights.items()}
        }
    goal = str(form.get("goal", "")).strip()
    chosen = None if weighting == "even" else weighting
    values: dict[str, Any] = {"weighting": chosen, "goal": goal or None}
    if "title" in form:
        values["title"] = kept_name(values_of(text).get("title"), form["title"])
    return set_changed("", text, values, read_script)


def _reader(variant: str) -> Callable[[Document], object]:
    return lambda document: read_variant(Fields(document, document.value, ()), variant)


def changed_words(text: Any, languages: Any) -> dict[str, str]:
    """Give the words of a form that differ from a wording's text, by language.

    A text that is the same in every language stands in the first field only. Where one of them was
    changed, each language gets its own.
    """
    said = {k: words for k, words in _mapping(languages).items() if isinstance(words, str)}
    known: Values = {"": text} if isinstance(text, str) else text or {}
    first = next(iter(said), "")
    changed = {
        language: words
        for language, words in said.items()
        if str(known.get(language, known.get("", "") if language == first else "")).strip()
        != words.strip()
    }
    return {k: w for k, w in said.items() if w.strip()} if changed and "" in known else changed


def _parts(more: Values, known: Values) -> dict[str, Any]:
    """Give the parts of a wording beside its text; None takes a part away."""
    card: dict[str, Any] = {}
    old = _mapping(known.get("card"))
    for name in ("title", "text", "label"):
        words = kept_text(old.get(name), more.get(f"card_{name}"))
        card |= {name: words} if words else {}
    for name in ("image", "url"):
        address = str(more.get(name, "")).strip()
        card |= {name: address} if address else {}
    given, offered = rows(more, "replies"), known.get("replies")
    replies = [
        kept_text(like(offered, row, place, len(given)), row) if any(row.values()) else None
        for place, row in enumerate(given)
    ]
    review = "draft" if more.get("review") == "draft" else None
    return {"review": review, "card": card or None, "replies": [r for r in replies if r] or None}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
