"""The settings of the shop: the form turned into workspace.yaml and widget.yaml."""

from collections.abc import Mapping
from typing import Any

from designer.form_numbers import COUNT, asked_number, asked_whole
from designer.form_values import rows
from designer.marking import N_
from designer.trigger_forms import lasting
from flows import trees
from flows.workspace import Workspace
from flows.yaml_text import values_of

Values = Mapping[str, Any]
SURE_FROM = N_("A message counts as understood from")
HELD_OUT = N_("Share of visitors without marketing, in %%")
IN_NONE = N_("Share of visitors in no experiment, in %%")
MOST_COUPONS = 200
USUAL_CONFIDENCE = Workspace().confidence
NEW_WIDGET = "widget: widget\n"


def workspace_text(text: str, form: Values) -> str:
    """Give workspace.yaml as the form has it; what the form does not show stays as it stands."""
    known = values_of(text)
    languages = [language for language in _languages(form) if language]
    human = {**(known.get("human") or {}), **_given(form, "human")}
    sure = asked_number(form.get("confidence"), SURE_FROM, (-1e9, 1e9), USUAL_CONFIDENCE)
    values: dict[str, Any] = {
        "name": _text(known.get("name"), form.get("name")),
        "languages": languages or known.get("languages"),
        "start": form.get("start") or None,
        "fallback": form.get("fallback") or None,
        "human": human,
        "confidence": min(max(sure or 0.0, 0.0), 1.0),
        "coupons": _coupons(known.get("coupons") or {}, form) or None,
        "marketing": _marketing(known.get("marketing") or {}, form) or None,
        "publishing": _publishing(known.get("publishing") or {}, form) or None,
        "experiments": _experiments(known.get("experiments") or {}, form) or None,
    }
    if currency := str(form.get("currency") or "").strip().upper():
        values["currency"] = currency if currency != "CNY" or "currency" in known else None
    if "confidence" not in known and values["confidence"] == USUAL_CONFIDENCE:
        del values["confidence"]
    changed = {name: value for name, value in values.items() if known.get(name) != value}
    return trees.set_values(text, changed) if changed else text


def widget_text(text: str, form: Values) -> str:
    """Give widget.yaml as the form has it; there is none until the form says something."""
    known = values_of(text or NEW_WIDGET)
    given = form.get("widget")
    widget: Values = given if isinstance(given, dict) else {}
    values = {
        "title": _text(known.get("title"), widget.get("title")),
        "greeting": _text(known.get("greeting"), widget.get("greeting")),
        "color": str(widget.get("color", "")).strip() or None,
    }
    changed = {name: value for name, value in values.items() if known.get(name) != value}
    return trees.set_values(text or NEW_WIDGET, changed) if changed else text


def _languages(form: Values) -> list[str]:
    """Give the languages, the main one first."""
    main = str(form.get("main_language", "")).strip()
    others = str(form.get("languages", "")).replace("，", ",").split(",")
    return list(dict.fromkeys([main, *(language.strip() for language in others)]))


def _given(form: Values, name: str) -> dict[str, str]:
    given = form.get(name)
    return {key: str(value) for key, value in given.items()} if isinstance(given, dict) else {}


def _text(known: Any, given: Any) -> Any:
    """Give a text with the languages of the form; one that was a plain string stays one."""
    if not isinstance(given, dict):
        return known
    if set(given) == {""}:
        return str(given[""]).strip() or None
    both = {**(known if isinstance(known, dict) else {}), **given}
    return {lang: str(words).strip() for lang, words in both.items() if str(words).strip()} or None


def _coupons(known: Values, form: Values) -> dict[str, Any]:
    if "coupons_shown" not in form:
        return dict(known)
    coupons: dict[str, Any] = {}
    for row in rows(form, "coupons")[:MOST_COUPONS]:
        code = str(row.get("code", "")).strip()[:64]
        if not code:
            continue
        old = known.get(code) or {}
        amount, url = (
            asked_number(row.get("amount"), N_("Amount"), (0, 1e9), 0),
            str(row.get("url", "")).strip(),
        )
        kind = "gift" if row.get("kind") == "gift" else None
        title = _text(old.get("title"), row.get("title"))
        body = {"title": title, "amount": amount, "url": url, "kind": kind}
        coupons[code] = {name: value for name, value in body.items() if value not in (None, "")}
    return coupons


def _publishing(known: Values, form: Values) -> dict[str, Any]:
    values = {
        **known,
        "tests": form.get("tests", "block"),
        "four_eyes": bool(form.get("four_eyes")),
    }
    plain = {"tests": "block", "four_eyes": False}
    return {name: value for name, value in values.items() if name in known or value != plain[name]}


def _experiments(known: Values, form: Values) -> dict[str, Any]:
    """Give the share of visitors who take part in no experiment."""
    given = form.get("experiments")
    if not isinstance(given, dict):
        return dict(known)
    percent = asked_number(given.get("hold_out"), IN_NONE, (0, 50), 0) or 0
    return {"hold_out": round(percent / 100, 4)} if percent else {}


def _marketing(known: Values, form: Values) -> dict[str, Any]:
    """Give the limits of all marketing; what the form left empty limits nothing."""
    if "marketing_shown" not in form:
        return dict(known)
    given = form.get("marketing")
    said: Values = given if isinstance(given, dict) else {}
    most, within = (
        asked_whole(said.get("max"), N_("Times a visitor"), COUNT),
        lasting(said.get("in")),
    )
    start, end = (str(said.get(name, "")).strip() for name in ("from", "to"))
    percent = asked_number(said.get("hold_out"), HELD_OUT, (0, 100), 0) or 0
    values = {
        "per_visitor": {"max": int(most or 0), **({"in": within} if within else {})},
        "quiet_hours": {"from": start, "to": end},
        "hold_out": round(percent / 100, 4),
    }
    wanted = {"per_visitor": most is not None, "quiet_hours": start or end, "hold_out": percent}
    return {name: value for name, value in values.items() if wanted[name]}
