"""Where facts come from and what they are counted in, as words."""

from flask_babel import gettext as _

from designer.marking import N_
from designer.wording import does_words
from rules.model import MESSAGE, Trigger

UNITS = {
    "pieces": N_("pieces"),
    "currency": N_("amount of money"),
    "orders": N_("placed orders"),
    "days": N_("days"),
    "messages": N_("messages"),
    "hours": N_("hours"),
}
SOURCES = {"clock": N_("the shop's local time"), "identify": N_("who the shop says it is")}


def unit_name(unit: str) -> str:
    """Say what a fact is counted in."""
    return str(_(UNITS.get(unit, unit)))


def source_name(source: str) -> str:
    """Say which events a fact comes from."""
    names = source.split(", ")
    return str(_(", ")).join(_(SOURCES[name]) if name in SOURCES else _did(name) for name in names)


def _did(event: str) -> str:
    if event == MESSAGE:
        return str(_("what the visitor writes"))
    return str(_("visitor: %(does)s", does=does_words(Trigger(event))))


FILTERS = {"unit_name": unit_name, "source_name": source_name}
