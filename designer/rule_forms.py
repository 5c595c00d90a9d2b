"""The form of a rule, turned into the top-level keys of its YAML."""

from typing import Any

from designer.deed_forms import deeds_of
from designer.form_values import condition_of, number_of, rows, text_of
from designer.marking import N_
from designer.sentences import SENTIMENTS
from designer.trigger_forms import kept, lasting, trigger_of
from rules.model import MESSAGE, PAGE_LEAVE

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
    "visit_start": N_("begins a visit"),
    "visit_end": N_("has been away for half an hour"),
    "exit_intent": N_("is about to leave the page"),
    "fallback": N_("is not understood"),
    "segment_entered": N_("enters a segment"),
}
"""The events a shop sends, by Segment's names, and what a visitor does then."""
ENDS = {PAGE_LEAVE: N_("leaves the page"), **EVENTS}
"""What may end a dwell."""
OFTEN: tuple[dict[str, Any], ...] = (
    {"event": MESSAGE, "where": {"sentiment": "negative"}, "in_last": "3 messages"},
    {"event": MESSAGE, "in_last": "10m"},
    {"event": "Product Viewed", "in_last": "10m"},
    {"event": "Product Viewed", "in_last": "1d"},
    {"event": "Product Removed", "in_last": "1d"},
    {"event": "Cart Viewed", "in_last": "1d", "reset_on": ["Order Completed"]},
    {"event": "Checkout Started", "in_last": "1d", "reset_on": ["Order Completed"]},
)
"""What shops like to count; the builder offers these beside what a rule counts already."""
MOST_TESTS, MOST_EVENTS = 50, 50


def rule_values(form: Values) -> Values:
    """Give what the YAML should hold; None takes a key away. Unknown keys are left."""
    values: Values = {
        "priority": int(number_of(form.get("priority"), 50) or 50),
        "enabled": None if form.get("enabled") else False,
        "trigger": trigger_of(form),
        "then": deeds_of(form, "then"),
        "limits": _limits(form) or None,
        "conflict": _conflict(form) or None,
    }
    if "else_shown" in form:
        values["else"] = deeds_of(form, "else") or None
    name = text_of(form.get("name"))
    if name:
        values["name"] = name.get("", name) if set(name) == {""} else name
    when = condition_of(str(form.get("when", "")))
    values["when"] = when if next(iter(when.values())) else None
    if "tests_shown" in form:
        values["tests"] = _tests(form) or None
    return values


def _limits(form: Values) -> Values:
    limits: Values = {}
    if cooldown := lasting(form.get("cooldown")):
        limits["cooldown"] = cooldown
    per_session = number_of(form.get("per_session"))
    if per_session is not None:
        limits["per_session"] = int(per_session)
    most, within = number_of(form.get("per_visitor")), lasting(form.get("per_visitor_in"))
    if most is not None and within:
        limits["per_visitor"] = {"max": int(most), "in": within}
    if form.get("group"):
        limits["group"] = form["group"]
    return limits


def _conflict(form: Values) -> Values:
    groups = str(form.get("suppress_groups", "")).replace("，", ",").replace("、", ",").split(",")
    silenced = list(dict.fromkeys(group.strip() for group in groups if group.strip()))
    exclusive = str(form.get("exclusive_group", "")).strip()
    found: Values = {"exclusive_group": exclusive} if exclusive else {}
    return found | ({"suppress_groups": silenced} if silenced else {})


def _tests(form: Values) -> list[Values]:
    tests = []
    for row in rows(form, "tests")[:MOST_TESTS]:
        given = [happens(event) for event in rows(row, "given")[:MOST_EVENTS]]
        expect = "silent" if row.get("expect") == "silent" else "fires"
        tests.append({"given": given, "expect": expect})
    return tests


def happens(row: Values) -> Values:
    """Give one event of a test; what the form does not show of it stays."""
    event, what = str(row.get("event", "")), str(row.get("what", "")).strip()
    name = "intent" if event == MESSAGE else "product"
    at, more = lasting(row.get("at")) or "0s", kept(row.get("more"))
    if "mood" in row and more.pop("sentiment", "") != row["mood"]:
        # How strongly it was felt belonged to the other mood.
        more = {key: value for key, value in more.items() if key not in ("compound", "anger")}
    mood = str(row.get("mood", "")) if event == MESSAGE else ""
    felt = {"sentiment": mood} if mood in SENTIMENTS else {}
    return {"at": at, "event": event, **({name: what} if what else {}), **felt, **more}
