"""How an experiment stands, in words and as charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from designer.experiment_sentences import ABOUT_MODES, HAPPENED, METRICS, MODES, STATES
from designer.standing_words import percent
from designer.titles import titles
from flows.experiments import Experiment
from runtime.experiments.standing import ALARM, WATCH, Arm, Figures
from runtime.tables import ExperimentRow, ExperimentStep

MOST_POINTS = 200
LEAST_HITS = 20


@dataclass(frozen=True)
class Verdict:
    """What follows from the figures: a sentence, its kind, what would change it, who has won."""

    kind: str
    text: str
    next: str = ""
    winner: str = ""


def verdict(row: ExperimentRow, setup: Experiment, found: Figures) -> Verdict:
    """Say in one sentence how it stands, with what matters most first."""
    named = titles()
    control = named.variant(setup.script, setup.control)
    ahead = next(arm for arm in found.arms if arm.key == found.ahead)
    name = named.variant(setup.script, ahead.key)
    values = {"name": name, "control": control}
    if found.split_is_wrong:
        text = _(
            "Visitors are not split as they should be; do not believe these figures. Look for "
            "bots, a redirect, or a page that shows the script twice."
        )
        return Verdict("worse", text)
    if row.state == "rolled_back":
        text = _("“%(name)s” did harm; everybody gets “%(control)s”.", **values)
        return Verdict("worse", text, winner=setup.control)
    if row.state == "switched":
        text = _("“%(name)s” is better; it has taken the place of “%(control)s”.", **values)
        return Verdict("better", text, winner=ahead.key)
    if not sum(arm.shown for arm in found.arms):
        return Verdict("open", _("Nobody has met it yet."), _("Visitors meet it from now on."))
    return _compared(setup, found, ahead, values)


def _compared(setup: Experiment, found: Figures, ahead: Arm, values: dict[str, str]) -> Verdict:
    hits = sum(arm.clicks if setup.metric == "clicks" else arm.orders for arm in found.arms)
    low, best, high = ahead.lift or (float("-inf"), 0.0, float("inf"))
    said = {**values, "best": percent(abs(best)), "low": percent(low) if low > -1 else ""}
    if hits < LEAST_HITS:
        return Verdict("open", _("Too early to say anything."), _wait(setup, found))
    if low > 0:
        text = _(
            "“%(name)s” is better than “%(control)s”: by %(low)s or more, best estimate %(best)s.",
            **said,
        )
        advice = _("You can ship it, or let it run for a closer figure.")
        return Verdict("better", text, advice, ahead.key)
    if all(arm.lift[2] < 0 for arm in found.arms if arm.lift):
        text = _("“%(control)s” is better than all others.", **values)
        return Verdict("better", text, _("You can stop here and keep it."), setup.control)
    text = _(
        "Open: “%(name)s” may be anything from %(from_)s to %(to)s against “%(control)s”.",
        from_=percent(low, signed=True) if low > -1 else "−100 %",
        to=percent(high, signed=True) if high < float("inf") else "∞",
        **values,
    )
    return Verdict("open", text, _wait(setup, found))


def _wait(setup: Experiment, found: Figures) -> str:
    if found.days_left is None:
        return str(_("How long it takes can be said after an hour and ten orders."))
    days = max(round(found.days_left), 1)
    said: str = ngettext(
        "At this traffic a lift of %(target)s shows in about one more day.",
        "At this traffic a lift of %(target)s shows in about %(num)s more days.",
        days,
        target=percent(setup.target),
    )
    return said


def light(arm: Arm) -> str:
    """Say whether an arm makes more visitors want a person: ok, watch or alarm."""
    return "alarm" if arm.bother >= ALARM else "watch" if arm.bother >= WATCH else "ok"


def course_chart(setup: Experiment, found: Figures) -> dict[str, Any] | None:
    """Give the lift over time as a chart; None while there is nothing to draw."""
    points = found.course[:: max(len(found.course) // MOST_POINTS, 1)]
    if len(points) < 2:
        return None
    words = {"best": _("best estimate"), "range": _("95 %% interval"), "lift": _("lift")}
    rows = [[at * 1000, max(low, -1.0), best, min(high, 2.0)] for at, low, best, high in points]
    return {"kind": "course", "rows": rows, "target": setup.target, "words": words}


def shares_chart(setup: Experiment, found: Figures, until: float) -> dict[str, Any] | None:
    """Give the shares over time as a stacked area."""
    if not found.shares:
        return None
    thinned = found.shares[:: max(len(found.shares) // MOST_POINTS, 1)]
    changes = [*thinned, found.shares[-1], (until, found.shares[-1][1])]
    named = titles()
    series = [
        {
            "name": named.variant(setup.script, arm),
            "values": [[at * 1000, shares.get(arm, 0.0)] for at, shares in changes],
        }
        for arm in setup.arms
    ]
    return {"kind": "shares", "series": series}


def belief_chart(setup: Experiment, found: Figures) -> dict[str, Any] | None:
    """Give how likely each rate of each arm is; None where that cannot be drawn of two."""
    named = titles()
    series = [
        {
            "name": named.variant(setup.script, arm.key),
            "values": [[round(rate, 6), round(density, 4)] for rate, density in arm.belief],
        }
        for arm in found.arms
        if arm.belief
    ]
    return {"kind": "belief", "series": series} if len(series) > 1 else None


def log_rows(setup: Experiment, changes: Sequence[ExperimentStep]) -> list[dict[str, Any]]:
    """Give what happened in a run, newest first, with the shares it led to."""
    named = titles()
    return [
        {
            "at": change.at,
            "what": change.what,
            "author": change.author,
            "why": change.inputs,
            "shares": ", ".join(
                f"{named.variant(setup.script, arm)} {percent(share)}"
                for arm, share in change.shares.items()
            ),
        }
        for change in reversed(changes)
    ]


FILTERS = {
    "mode_name": lambda mode: _(MODES[mode]),
    "about_mode": lambda mode: _(ABOUT_MODES[mode]),
    "metric_name": lambda metric: _(METRICS[metric]),
    "state_name": lambda state: _(STATES[state]),
    "happened": lambda what: _(HAPPENED.get(what, what)),
    "plain": lambda value: f"{value:g}",
}
