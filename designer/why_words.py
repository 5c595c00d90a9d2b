"""What became of a rule, as people say it: spoke or kept quiet, why, and what was found."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_datetime
from flask_babel import gettext as _

from designer.deed_forms import deed_words
from designer.titles import titles
from designer.value_words import value_name, within_quotes
from designer.wording import condition_words, does_words, duration_words, reason_name
from flows.conditions import FactTest, Not
from rules.deeds import GIVES
from rules.model import TIMER, Trigger
from rules.oracle import Explained
from rules.simulate import Lapse
from runtime.insight.decisions import CONDITION, FIRED, OTHERWISE, Considered, Sent


def outcome_name(said: Considered | tuple[str, str]) -> str:
    """Say in a word or two what became of a rule; also of an outcome and by what alone."""
    outcome, by = said if isinstance(said, tuple) else (said.outcome, said.by)
    short = {
        FIRED: _("acted"),
        OTHERWISE: _("did the other thing"),
        CONDITION: _("conditions not met"),
        "cooling_down": _("in its cooldown"),
        "lost_to": _("lost to a stronger rule"),
        "suppressed_by": _("kept quiet by another rule"),
        "quiet_hours": _("quiet hours"),
        "opted_out": _("opted out"),
        "held_out": _("held out"),
        "off_schedule": _("not its time"),
        "page_lost": _("page was gone"),
        "in_flow": _("flow was asking"),
        "with_person": _("with a person"),
    }
    caps = {
        "session": _("often enough in this session"),
        "visitor": _("often enough for this visitor"),
        "marketing": _("enough marketing"),
    }
    return short.get(outcome) or caps.get(by, outcome)


def why_words(one: Considered) -> str:
    """Say in a sentence why a rule spoke or kept quiet."""
    if one.outcome == FIRED:
        return _("It spoke: it was woken and everything it asks for held.")
    if one.outcome == OTHERWISE:
        return _("Its conditions did not hold, so it did what it does otherwise.")
    if one.outcome == "cooling_down" and one.by:
        left = duration_words(max(float(one.by) - one.at, 1.0))
        return _("It kept quiet: its cooldown went on for another %(time)s.", time=left)
    if one.outcome == CONDITION and one.why:
        blamed = _blamed(one.why)
        if len(blamed) == 1:
            said = {"condition": within_quotes(blamed[0][0]), "found": blamed[0][1]}
            return _("It kept quiet: “%(condition)s” did not hold (%(found)s).", **said)
        if blamed:
            each = (
                _("“%(condition)s” (%(found)s)", condition=within_quotes(c), found=f)
                for c, f in blamed
            )
            return _("It kept quiet: none of these held: %(tests)s.", tests=_(", ").join(each))
    return _("It kept quiet. %(why)s", why=reason_name(one.outcome, one.by))


def lapse_words(one: Lapse) -> str:
    """Say when a wait began, and what ended it."""
    lasted = duration_words(max(round(one.at - one.began), 1))
    said = {"began": moment_words(one.began), "time": lasted, "event": woken_words(one.by)}
    return _("It began to wait at %(began)s; after %(time)s this ended it: %(event)s.", **said)


def delivery_words(sent: Sent) -> str:
    """Say what became of something that a rule did."""
    do, target, state = sent.deed.do, sent.deed.target, sent.state
    if do == "webhook":
        name = titles().connector(target)
        if sent.why:
            why = _(sent.why.reason, **sent.why.values)
            return _("%(name)s did not take it yet: %(why)s", name=name, why=why)
        words = {
            "done": _("%(name)s has heard it", name=name),
            "failed": _("%(name)s did not take it", name=name),
        }
        return words.get(state) or _("%(name)s: being told", name=name)
    if do not in GIVES:
        return _("%(deed)s: done", deed=deed_words(sent.deed))
    title = titles().coupon(target)
    if state == "done":
        return _("%(name)s: given", name=title)
    return _("%(name)s: on its way", name=title)


def test_words(why: Explained) -> str:
    """Say a single test of a condition."""
    return condition_words(FactTest(why.fact, why.op, why.wanted))


def found_words(why: Explained) -> str:
    """Say what the fact was when the test was judged."""
    found: Any = why.found
    if found is None:
        return _("was not known")
    if isinstance(found, bool):
        return _("was true") if found else _("was not true")
    return _("was %(value)s", value=value_name(why.fact, found) or "“”")


def woken_words(on: str) -> str:
    """Say what woke a rule."""
    return _("its time was up") if on == TIMER else _("visitor: %(does)s", does=_did(on))


def moment_words(at: float) -> str:
    """Say when something was, to the second, in the shop's time."""
    return str(format_datetime(datetime.fromtimestamp(at, UTC), "M-d HH:mm:ss"))


def iso(at: float, zone: str = "UTC") -> str:
    """Write a time for machines."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat(timespec="milliseconds")


def _did(event: str) -> str:
    return does_words(Trigger(event))


def _blamed(why: Explained, wanted: bool = True) -> list[tuple[str, str]]:
    """Name the tests that made a condition come out otherwise than wanted, and what was found.

    One part is enough to break "all of these"; of "any of these" every part had to fail.
    """
    if why.holds == wanted:
        return []
    if why.what == "test":
        test = FactTest(why.fact, why.op, why.wanted)
        return [(condition_words(test if wanted else Not(test)), found_words(why))]
    if why.what == "not":
        return _blamed(why.parts[0], not wanted)
    blamed = [found for part in why.parts if (found := _blamed(part, wanted))]
    one_is_enough = (why.what == "all") == wanted
    return blamed[0] if blamed and one_is_enough else [one for part in blamed for one in part]


FILTERS = {
    "outcome_name": outcome_name,
    "why_words": why_words,
    "lapse_words": lapse_words,
    "delivery_words": delivery_words,
    "test_words": test_words,
    "found_words": found_words,
    "woken_words": woken_words,
    "moment_words": moment_words,
    "iso": iso,
}
