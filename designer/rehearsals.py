"""Rehearsals: what A/B test, bandit and canary would do with the rates of a script."""

import time
from typing import Any

from designer.evaluations import REHEARSAL, note
from designer.evaluations import work as work_on
from designer.tables import Evaluation
from runtime.experiments.rehearsal import LONGEST, Plan, rehearse
from runtime.services import Services

TELL_EVERY = 1.0
"""Seconds between two signs of life."""


def plan_of(said: dict[str, Any]) -> Plan:
    """Read what was asked for; ValueError names the field that cannot be."""
    rates = tuple(float(rate) for rate in said["rates"])
    if len(rates) < 2 or not all(0 < rate < 1 for rate in rates):
        raise ValueError("rates")
    per_day, days = float(said["per_day"]), int(said["days"])
    if not 10 <= per_day <= 1_000_000:
        raise ValueError("per_day")
    if not 1 <= days <= LONGEST:
        raise ValueError("days")
    terms = float(said["target"]), float(said["least_days"]), int(said["orders"])
    return Plan(rates, per_day, days, *terms)


def work(services: Services) -> None:
    """Work on every rehearsal that waits."""
    work_on(services.engine, REHEARSAL, lambda asked: _rehearse(services, asked))


def _rehearse(services: Services, asked: Evaluation) -> None:
    said, told = dict(asked.outcome), 0.0

    def tell(done: float) -> None:
        nonlocal told
        if time.monotonic() - told > TELL_EVERY:
            told = time.monotonic()
            note(services.engine, asked.id, done=min(99, int(100 * done)))

    rows = rehearse(plan_of(said), tell)
    note(services.engine, asked.id, state="done", outcome={**said, "rows": rows})
