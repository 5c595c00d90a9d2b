"""The form of a rule, turned into the top-level keys of its YAML."""

from typing import Any

from designer.deed_forms import deeds_of
from designer.form_numbers import COUNT, asked_whole
from designer.form_texts import kept_name
from designer.form_values import condition_of, rows
from designer.marking import N_
from designer.meaning import set_changed
from designer.sentences import SENTIMENTS
from designer.trigger_forms import given_json, lasting, trigger_of
from flows.yaml_text import values_of
from rules.model import MESSAGE, PAGE_LEAVE
from rules.yaml_text import read_rule

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
PRIORITY = N_("Priority (stronger first)")
MOST_TESTS, MOST_EVENTS = 50, 50


def edited(path: str, text: str, form: Values) -> str:
    """Give a rule as the form has it; what means the same as before stays as it is written."""
    values = rule_values(form)
    if "name" in form:
        values["name"] = kept_name(values_of(text).get("name"), form["name"])
    return set_changed(path, text, values, read_rule)


def rule_values(form: Values) -> Values:
    """Give what the YAML should hold; None takes a key away. Unknown keys are left."""
    values: Values = {
        "priority": asked_whole(form.get("priority"), PRIORITY, (-1_000_000, 1_000_000), 50),
        "enabled": None if form.get("enabled") else False,
        "trigger": trigger_of(form),
        "then": deeds_of(form, "then"),
        "limits": _limits(form) or None,
        "conflict": _conflict(form) or None,
    }
    if "else_shown" in form:
        values["else"] = deeds_of(form, "else") or None
    when = condition_of(str(form.get("when", "")))
    values["when"] = when if next(iter(when.values())) else None
    if "tests_shown" in form:
        values["tests"] = _tests(form) or None
    return values


def _limits(form: Values) -> Values:
    limits: Values = {}
    if cooldown := lasting(form.get("cooldown")):
        limits["cooldown"] = cooldown
    per_session = asked_whole(form.get("per_session"), N_("Times a session"), COUNT)
    if per_session is not None:
        limits["per_session"] = per_session
    most = asked_whole(form.get("per_visitor"), N_("Times a visitor"), COUNT)
    within = lasting(form.get("per_visitor_in"))
    if most is not None and within:
        limits["per_visitor"] = {"max": most, "in": within}
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
    at, more = lasting(row.get("at")) or "0s", given_json(row.get("more"))
    shown = str(more.get("product") or more.get("intent") or "")
    named: Values = {}
    if what != shown:
        more = {key: value for key, value in more.items() if key not in ("product", "intent")}
        named = {"intent" if event == MESSAGE else "product": what} if what else {}
    if "mood" in row and more.pop("sentiment", "") != row["mood"]:
        # How strongly it was felt belonged to the other mood.
        more = {key: value for key, value in more.items() if key not in ("compound", "anger")}
    mood = str(row.get("mood", "")) if event == MESSAGE else ""
    felt = {"sentiment": mood} if mood in SENTIMENTS else {}
    return {"at": at, "event": event, **named, **felt, **more}
