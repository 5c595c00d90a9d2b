"""When a rule wakes, as one sentence."""

from flask_babel import gettext as _

from designer.marking import N_
from designer.value_words import TOLD
from designer.wording import does_words, duration_words, where_words
from flows.reading_marketing import clock
from rules.model import PAGE_LEAVE, TICK, Event, Schedule, Trigger

DAYS = (
    *(N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday")),
    *(N_("Friday"), N_("Saturday"), N_("Sunday")),
)


def trigger_words(trigger: Trigger) -> str:
    """Say when a rule wakes: by what, after how long, followed by what, at which times."""
    does = does_words(trigger)
    if trigger.silence:
        what = f" ({where_words(trigger)})" if trigger.where else ""
        time = duration_words(trigger.silence)
        said = _(
            "When a visitor is silent for %(time)s after a message%(what)s", time=time, what=what
        )
    elif trigger.dwell:
        time = duration_words(trigger.dwell.more_than)
        said = _("When a visitor %(does)s for more than %(time)s", does=does, time=time)
    elif trigger.without:
        time, names = duration_words(trigger.without.lasts), trigger.without.events
        said = _(
            "When a visitor %(does)s and then for %(time)s does none of this: %(ends)s",
            does=does,
            time=time,
            ends=_names(names),
        )
    elif trigger.then:
        then = trigger.then
        second = does_words(Trigger(then.event, then.where))
        time = duration_words(then.within)
        words = {"does": does, "second": second, "time": time}
        said = _("When a visitor %(does)s and within %(time)s %(second)s", **words)
        if then.without:
            said += _(" (and in between does none of this: %(ends)s)", ends=_names(then.without))
    else:
        said = _("When a visitor %(does)s", does=does)
    return said + (schedule_words(trigger.schedule) if trigger.schedule else "")


def happens_words(event: Event) -> str:
    """Say what happens in a test of a rule, and when."""
    quiet = {TICK: _("nothing more happens"), PAGE_LEAVE: _("leaves the page")}
    shown = {k: v for k, v in event.properties.items() if k in TOLD}
    does = quiet.get(event.name) or does_words(Trigger(event.name, shown))
    time = duration_words(event.at)
    return _("after %(time)s: %(does)s", time=time, does=does) if event.at else does


def schedule_words(schedule: Schedule) -> str:
    """Say on which days and at which times of the day."""
    said = ""
    if len(schedule.days) < 7:
        said += _(", on %(days)s", days=_(", ").join(_(DAYS[day - 1]) for day in schedule.days))
    if schedule.start != schedule.end:
        times = {"start": clock(schedule.start), "end": clock(schedule.end)}
        said += _(", between %(start)s and %(end)s", **times)
    return said


def _names(events: tuple[str, ...]) -> str:
    return str(_(", ").join(does_words(Trigger(event)) for event in events))


FILTERS = {"trigger_words": trigger_words, "happens_words": happens_words}
