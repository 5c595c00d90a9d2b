"""How an experiment stands, in words and as charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from designer.experiment_sentences import (
    ABOUT_MODES,
    CHANNEL_NAMES,
    FUNNEL,
    GUARDRAILS,
    HAPPENED,
    METRICS,
    MODES,
    STATES,
)
from designer.standing_words import percent
from designer.titles import titles
from flows.experiments import LOWER_IS_BETTER, VALUES, Experiment
from runtime.experiments.standing import ALARM, CERTAIN, WATCH, Arm, Figures, Range
from runtime.tables import ExperimentRow, ExperimentStep

MOST_POINTS = 200
LEAST_HITS = 20
MANY = 200
"""Visitors after whom something must have happened."""


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
    control = named.arm(setup.subject, setup.control)
    ahead = next(arm for arm in found.arms if arm.key == found.ahead)
    name = named.arm(setup.subject, ahead.key)
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


def gain(setup: Experiment, arm: Arm) -> Range:
    """Give how much better an arm is than the control: of what should be less, how much less."""
    low, best, high = arm.lift or (float("-inf"), 0.0, float("inf"))
    return (-high, -best, -low) if setup.metric in LOWER_IS_BETTER else (low, best, high)


def _compared(setup: Experiment, found: Figures, ahead: Arm, values: dict[str, str]) -> Verdict:
    hits, shown = (sum(getattr(arm, name) for arm in found.arms) for name in ("hits", "shown"))
    low, best, high = gain(setup, ahead)
    said = {**values, "best": percent(abs(best)), "low": percent(low) if low > -1 else ""}
    if hits == 0 and shown >= MANY:
        return Verdict("open", _never(setup, shown), _("Until then nothing can be decided."))
    if hits < LEAST_HITS:
        return Verdict("open", _("Too early to say anything."), _wait(setup, found))
    if low > 0:
        text = _(
            "“%(name)s” is better than “%(control)s”: by %(low)s or more, best estimate %(best)s.",
            **said,
        )
        advice = _("You can ship it, or let it run for a closer figure.")
        return Verdict("better", text, advice, ahead.key)
    if all(gain(setup, arm)[2] < 0 for arm in found.arms[1:]):
        text = _("“%(control)s” is better than all others.", **values)
        return Verdict("better", text, _("You can stop here and keep it."), setup.control)
    text = _(
        "Open: “%(name)s” may be anything from %(from_)s to %(to)s against “%(control)s”.",
        from_=percent(low, signed=True) if low > -1 else "−100 %",
        to=percent(high, signed=True) if high < float("inf") else "∞",
        **values,
    )
    return Verdict("open", text, _wait(setup, found))


def _never(setup: Experiment, shown: int) -> str:
    """Say that what decides was never observed, and where to look."""
    if setup.metric in ("orders", "revenue", "order_value"):
        return str(
            _(
                "%(n)s visitors met it and not one order was reported. Does your shop report the "
                "event “%(event)s”?",
                n=shown,
                event=setup.goal,
            )
        )
    return str(
        _("%(n)s visitors met it, and what decides has not happened to one of them.", n=shown)
    )


def _wait(setup: Experiment, found: Figures) -> str:
    if setup.metric in VALUES:
        return str(_("Amounts differ much; it is decided when the whole interval is above 0 %."))
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


def terms_rows(setup: Experiment, found: Figures) -> list[dict[str, Any]]:
    """Give what a canary still waits for, and what would take it back; of others nothing."""
    if setup.mode != "canary":
        return []
    arm, fewest = found.arms[1], min(one.hits for one in found.arms)
    best = gain(setup, arm)[1]
    rows = [
        (_("days"), f"{found.days:.1f}", f"≥ {setup.days:g}", found.days >= setup.days),
        (_("hits of each"), str(fewest), f"≥ {setup.orders}", fewest >= setup.orders),
        (
            _("best estimate"),
            percent(best, signed=True),
            f"≥ {percent(setup.target)}",
            best >= setup.target,
        ),
        (_("evidence that it is better"), _e(arm.evidence[0]), "≥ 20", arm.evidence[0] >= CERTAIN),
    ]
    found_rows = [{"what": w, "now": n, "wanted": t, "met": m} for w, n, t, m in rows]
    back = {"what": _("evidence that it is worse"), "now": _e(arm.evidence[1]), "wanted": "< 33"}
    return [*found_rows, back | {"met": arm.evidence[1] < ALARM}]


def _e(value: float) -> str:
    return f"{value:.1f}" if value < 100 else "> 100"


def guard_rows(setup: Experiment, arm: Arm) -> list[dict[str, Any]]:
    """Give the guardrails of an arm: how many met each, and its light: ok, watch or alarm."""
    rows = []
    for name, (many, more) in arm.guards.items():
        limit = setup.limits.get(name, 1.0)
        is_over = bool(arm.shown) and many / arm.shown > limit
        light = "alarm" if more >= ALARM or is_over else "watch" if more >= WATCH else "ok"
        rows.append({"name": name, "words": _(GUARDRAILS[name]), "many": many, "light": light})
    return rows


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
            "name": named.arm(setup.subject, arm),
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
            "name": named.arm(setup.subject, arm.key),
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
                f"{named.arm(setup.subject, arm)} {percent(share)}"
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
    "guardrail_name": lambda name: _(GUARDRAILS[name]),
    "channel_name": lambda name: _(CHANNEL_NAMES[name]),
    "funnel_step": lambda step: _(FUNNEL[step]),
    "happened": lambda what: _(HAPPENED.get(what, what)),
    "plain": lambda value: f"{value:g}",
}
