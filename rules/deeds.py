"""What rules do, in YAML: each deed is named by `do` and has one thing it is done to."""

from collections.abc import Iterable
from typing import Any

from flows.durations import seconds
from flows.fields import Fields
from rules.model import Deed, Rule

TARGETS = {
    "send_script": "script",
    "start_flow": "flow",
    "push_coupon": "coupon",
    "grant_gift": "gift",
    "handover": "queue",
    "escalate": "queue",
    "emit": "event",
    "webhook": "connector",
    "notify": "text",
}
"""What each deed is done to, by the key it stands under; `set` has a slot or a tag instead."""
NAMES = (*TARGETS, "set")
GIVES = {"push_coupon": "coupon", "grant_gift": "gift"}
"""Deeds that give something away, and which kind of coupon of the workspace that is."""
CALLING = ("handover", "escalate")
"""Deeds that call a person."""
SPEAKING = ("send_script", *GIVES)
MOST_TEXT = 500
MOST_EMITTED = 5
"""How many events one event may bring about, one after the other, before we call it a loop."""


def read_deeds(fields: Fields, name: str) -> list[Deed]:
    """Read the deeds under a key; what is malformed becomes a problem and is left out."""
    deeds = []
    for i, value in enumerate(fields.take(name, list, [])):
        inner = Fields(fields.document, value, (*fields.path, name, i))
        do = inner.take("do", str, "")
        if do not in NAMES:
            inner.problem("unknown_deed", "do", do=do)
            continue
        deed = _read_set(inner) if do == "set" else _read(inner, do)
        inner.finish()
        if deed:
            deeds.append(deed)
    return deeds


def set_by(rules: Iterable[Rule]) -> dict[str, str]:
    """Name the facts that rules set, tags and slots, each with its type."""
    deeds = (deed for rule in rules for deed in (*rule.then, *rule.otherwise))
    return {d.target: "bool" if d.target[:4] == "tag." else "text" for d in deeds if d.do == "set"}


def deed_values(deed: Deed) -> dict[str, Any]:
    """Give what stands in the YAML for a deed, but for its duration."""
    if deed.do != "set":
        return {"do": deed.do, TARGETS[deed.do]: deed.target}
    kind, _dot, name = deed.target.partition(".")
    plain: dict[str, Any] = {"do": "set", kind: name}
    return plain if kind == "tag" and deed.value is True else plain | {"value": deed.value}


def _read(fields: Fields, do: str) -> Deed:
    name = TARGETS[do]
    target = fields.key(name, "service") if name == "queue" else fields.take(name, str, "")
    if not target:
        fields.problem("missing_key", key=name)
    expires = 0.0
    if do in GIVES and fields.take("expires", (str, int, float), None) is not None:
        lasts = seconds(fields.value["expires"])
        if lasts is None or lasts <= 0:
            fields.problem("bad_duration", "expires", value=fields.value["expires"])
        expires = lasts or 0.0
    return Deed(do, target[: MOST_TEXT if do == "notify" else 100], expires)


def _read_set(fields: Fields) -> Deed | None:
    slot, tag = fields.key("slot"), fields.key("tag")
    if bool(slot) == bool(tag):
        fields.problem("slot_or_tag")
        return None
    value = fields.take("value", (str, int, float, bool), True if tag else None)
    if value is None:
        fields.problem("missing_key", key="value")
        return None
    if tag and not isinstance(value, bool):
        fields.problem("wrong_type", "value", key="value")
        return None
    if isinstance(value, str):
        value = value[:MOST_TEXT]
    return Deed("set", f"slot.{slot}" if slot else f"tag.{tag}", value=value)
