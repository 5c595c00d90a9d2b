"""How wordings stand to each other, in words and as a line to look at."""

from dataclasses import dataclass

from flask_babel import gettext as _

from designer.titles import titles
from runtime.insight.standing import Standing

LEAST, MOST = -0.5, 1.0
"""Lifts that the line shows; what lies beyond ends at its edge."""


@dataclass(frozen=True)
class Line:
    """A lift on a line from 0 to 100: where its interval begins and ends, its best, and nothing."""

    low: float
    best: float
    high: float
    nothing: float


@dataclass(frozen=True)
class Row:
    """One wording as the table shows it; `kind` is better, worse, open or first."""

    name: str
    standing: Standing
    kind: str
    verdict: str
    line: Line | None = None


def rows_of(script: str, standings: list[Standing]) -> list[Row]:
    """Give the rows of the table; empty while nobody has seen any of them."""
    if not any(one.shown for one in standings):
        return []
    named = titles()
    first = named.variant(script, standings[0].variant)
    return [_row(named.variant(script, one.variant), first, one) for one in standings]


def percent(share: float, signed: bool = False) -> str:
    """Write a share as per cent, on one line: 0.0512 is 5.1 %."""
    digits = 0 if abs(share) >= 0.1 else 1
    shown = round(100 * share, digits) + 0.0  # Not −0.
    return f"{shown:{'+' if signed else ''}.{digits}f}\N{NO-BREAK SPACE}%".replace("-", "−")


def _row(name: str, first: str, one: Standing) -> Row:
    if one.lift is None:
        return Row(name, one, "first", "")
    low, best, high = one.lift
    values = {"name": name, "first": first, "best": percent(abs(best))}
    if low > 0:
        kind, said = (
            "better",
            _(
                "“%(name)s” earns more than “%(first)s”: by %(least)s or more, likely %(best)s.",
                least=percent(low),
                **values,
            ),
        )
    elif high < 0:
        kind, said = (
            "worse",
            _(
                "“%(name)s” earns less than “%(first)s”: by %(least)s or more, likely %(best)s.",
                least=percent(-high),
                **values,
            ),
        )
    elif low <= -1 or high == float("inf"):
        kind = "open"
        said = _("Too little was seen to tell “%(name)s” from “%(first)s”.", **values)
        return Row(name, one, kind, said)
    else:
        kind, said = (
            "open",
            _(
                "Open: “%(name)s” may earn anything from %(low)s to %(high)s against “%(first)s”.",
                low=percent(low, signed=True),
                high=percent(high, signed=True),
                **values,
            ),
        )
    return Row(name, one, kind, said, _line(low, best, high))


def _line(low: float, best: float, high: float) -> Line:
    return Line(*(_place(value) for value in (low, best, high, 0.0)))


def _place(lift: float) -> float:
    return round(100 * (min(max(lift, LEAST), MOST) - LEAST) / (MOST - LEAST), 1)


FILTERS = {"percent": percent}
