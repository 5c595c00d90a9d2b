"""The form of a rule, turned into the top-level keys of its YAML."""

from typing import Any

from designer.form_values import condition_of, number_of, rows, text_of
from designer.sentences import N_
from rules.model import DEED_TARGETS

Values = dict[str, Any]
EVENTS = {
    "Product Viewed": N_("looks at a product"),
    "Product Added": N_("puts a product into the cart"),
    "Product Removed": N_("takes a product out of the cart"),
    "Cart Viewed": N_("looks at the cart"),
    "Checkout Started": N_("begins to check out"),
    "Order Completed": N_("orders"),
    "page": N_("opens a page"),
    "message": N_("writes a message"),
}
"""The events a shop sends, by Segment's names, and what a visitor does then."""


def rule_values(form: Values) -> Values:
    """Give what the YAML should hold; None takes a key away. Tests and unknown keys are left."""
    values: Values = {
        "priority": int(number_of(form.get("priority"), 50) or 50),
        "enabled": None if form.get("enabled") else False,
        "trigger": _trigger(form),
        "then": _deeds(form),
        "limits": _limits(form) or None,
        "conflict": {"exclusive_group": form["exclusive_group"]}
        if form.get("exclusive_group")
        else None,
    }
    name = text_of(form.get("name"))
    if name:
        values["name"] = name.get("", name) if set(name) == {""} else name
    when = condition_of(str(form.get("when", "")))
    values["when"] = when if next(iter(when.values())) else None
    return values


def _trigger(form: Values) -> Values:
    event = str(form.get("event", ""))
    trigger: Values = {"event": event}
    where = str(form.get("where", "")).strip()
    if where:
        trigger["where"] = {"intent" if event == "message" else "product": where}
    wait = str(form.get("wait", "")).strip()
    if wait and event == "message":
        trigger["silence"] = {"of": "visitor", "for": wait}
    elif wait:
        ends = str(form.get("end_on", "")).replace("，", ",").split(",")
        end_on = [end.strip() for end in ends if end.strip()]
        trigger["dwell"] = {"more_than": wait} | ({"end_on": end_on} if end_on else {})
    return trigger


def _deeds(form: Values) -> list[Values]:
    deeds = []
    for row in rows(form, "then"):
        do, target = str(row.get("do", "")), str(row.get("target", "")).strip()
        if do in DEED_TARGETS and target:
            deed: Values = {"do": do, DEED_TARGETS[do]: target}
            if do == "push_coupon" and row.get("expires"):
                deed["expires"] = row["expires"]
            deeds.append(deed)
    return deeds


def _limits(form: Values) -> Values:
    limits: Values = {}
    if form.get("cooldown"):
        limits["cooldown"] = str(form["cooldown"]).strip()
    per_session = number_of(form.get("per_session"))
    if per_session is not None:
        limits["per_session"] = int(per_session)
    most, within = number_of(form.get("per_visitor")), str(form.get("per_visitor_in", "")).strip()
    if most is not None and within:
        limits["per_visitor"] = {"max": int(most), "in": within}
    if form.get("group"):
        limits["group"] = form["group"]
    return limits
