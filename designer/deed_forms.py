"""What a rule does, as rows of a form and as words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from designer.form_values import plain_value, rows
from designer.marking import N_
from designer.titles import titles
from designer.trigger_forms import lasting
from rules.deeds import GIVES, TARGETS
from rules.model import Deed

Values = dict[str, Any]
CHOICES = {
    "send_script": N_("say the script"),
    "push_coupon": N_("give the coupon"),
    "grant_gift": N_("give the gift"),
    "start_flow": N_("start the flow"),
    "handover": N_("hand over to a person, queue"),
    "escalate": N_("hand over at once (urgent), queue"),
    "tag": N_("tag the visitor as"),
    "slot": N_("remember"),
    "emit": N_("report the event"),
    "notify": N_("tell the agents"),
    "webhook": N_("tell the system"),
}
"""What the form offers; `set` is two of them: a tag, and a value that is remembered."""
WORDS = {
    "send_script": N_("say %(x)s"),
    "push_coupon": N_("give the coupon %(x)s"),
    "grant_gift": N_("give the gift %(x)s"),
    "start_flow": N_("start the flow %(x)s"),
    "handover": N_("hand over to a person (queue %(x)s)"),
    "escalate": N_("hand over at once (queue %(x)s)"),
    "tag": N_("tag the visitor as “%(x)s”"),
    "untag": N_("take the tag “%(x)s” off"),
    "slot": N_("remember %(x)s"),
    "emit": N_("report “%(x)s”"),
    "notify": N_("tell the agents: “%(x)s”"),
    "webhook": N_("tell the system %(x)s"),
}


def deeds_of(form: Mapping[str, Any], name: str) -> list[Values]:
    """Read the rows of a form as deeds of the YAML; a row without a target says nothing."""
    return [deed for row in rows(form, name) if (deed := _deed(row))]


def choice_of(deed: Deed | None) -> str:
    """Name what a row of the form shows for a deed."""
    if deed is None:
        return "send_script"
    return deed.target.partition(".")[0] if deed.do == "set" else deed.do


def deed_words(deed: Deed) -> str:
    """Say what a deed does."""
    choice, target = choice_of(deed), deed.target
    if deed.do == "set":
        target = target.partition(".")[2]
    if choice == "slot":
        target = f"{target} = {deed.value}"
    elif choice == "tag" and not deed.value:
        choice = "untag"
    named = {"send_script": titles().script, "start_flow": titles().flow}
    named["webhook"] = titles().connector
    name_of = named.get(choice) or (titles().coupon if choice in GIVES else str)
    words = WORDS[choice]
    return _(words, x=name_of(target))


def _deed(row: Mapping[str, Any]) -> Values | None:
    choice = str(row.get("do", ""))
    key = {"handover": "queue", "escalate": "queue"}.get(choice, choice)
    target = str(row.get(key, "")).strip()
    if not target:
        return None
    if choice == "tag":
        return {"do": "set", "tag": target} | ({"value": False} if row.get("off") else {})
    if choice == "slot":
        said = str(row.get("value", "")).strip()
        return {"do": "set", "slot": target, "value": plain_value(said)}
    if choice not in TARGETS:
        return None
    deed: Values = {"do": choice, TARGETS[choice]: target}
    expires = lasting(row.get("expires"))
    return deed | ({"expires": expires} if choice in GIVES and expires else {})


FILTERS = {"deed_words": deed_words, "deed_choice": choice_of}
