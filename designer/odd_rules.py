"""What is odd about rules, as sentences, with the facts that show it."""

import json
from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from designer.marking import N_
from flows.conditions import Condition, FactTest, Not
from rules.possible import OTHER

ODD_RULES = {
    "never_holds": N_("The conditions contradict each other%(tests)s: the rule never speaks."),
    "always_holds": N_("The conditions hold for everybody; you can do without them."),
    "or_of_negatives": N_(
        "“Is not A or is not B” holds for everybody: you probably mean that none of them holds."
    ),
    "rule_shadowed": N_("Rule %(other)s speaks first whenever this one would%(example)s."),
    "contradicting_deeds": N_(
        "Rule %(other)s leads elsewhere at the same moment%(example)s. Give one the higher "
        "priority, or let it ask for what the other does not."
    ),
    "intent_never_told": N_(
        "No training sentence teaches the intent %(intent)s, so no message is taken for it."
    ),
    "mixed_list": N_(
        "The list “%(fact)s” is compared with mixes kinds of values; those of another kind "
        "never match."
    ),
    "timer_never_ends": N_(
        "Nothing takes this timer off again: it speaks even to who has left the page. Name "
        "what ends it."
    ),
}


def shown_by(example: str, fact_name: Callable[[str], str]) -> str:
    """Say in brackets with which facts something shows; empty for none."""
    if not example:
        return ""
    facts: Mapping[str, object] = json.loads(example)
    said = ", ".join(f"{fact_name(fact)} = {_value(value)}" for fact, value in facts.items())
    return str(_(" (for example: %(facts)s)", facts=said))


def tests_in_brackets(tests: str, words: Callable[[Condition], str]) -> str:
    """Say in brackets which single tests contradict each other; empty for none."""
    if not tests:
        return ""
    found: list[Condition] = []
    for fact, op, value, positive in json.loads(tests):
        test = FactTest(fact, op, tuple(value) if isinstance(value, list) else value)
        found.append(test if positive else Not(test))
    return str(_(" (%(tests)s)", tests=_(" and ").join(words(one) for one in found)))


def plain_values(values: Mapping[str, str]) -> dict[str, str]:
    """Give the values of a problem for where there is no screen."""
    said = dict(values)
    if said.get("example"):
        facts = json.loads(said["example"])
        named = ", ".join(f"{fact} = {json.dumps(v)}" for fact, v in facts.items())
        said["example"] = f" (for example: {named})"
    if said.get("tests"):
        tests = [
            f"{'' if positive else 'not '}{fact} {op} {value!r}"
            for fact, op, value, positive in json.loads(said["tests"])
        ]
        said["tests"] = f" ({' and '.join(tests)})"
    return said


def _value(value: object) -> str:
    if value is None:
        return str(_("not known"))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(_("something else") if value == OTHER else value)
