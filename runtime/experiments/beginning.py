"""The beginning of a run: that it can begin at all, with which shares, and for whom."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Database

from flows.experiments import QUIET, VALUES, Experiment
from runtime.db import transaction
from runtime.engine.canary import STAGES
from runtime.experiments.runs import (
    OPEN,
    NotPossible,
    live_release,
    note,
    put_in_force,
    setup_of,
)
from runtime.releases import Release
from runtime.services import Services
from runtime.tables import EventRow, ExperimentRow

MONTH = 28 * 86400.0
MOST_ORDERS = 50_000
FEWEST_ORDERS = 200


async def begin(services: Services, experiment: Experiment, author: str) -> str:
    """Begin a run of an experiment over what is live; gives its name."""
    live = await live_release(services)
    for arm in experiment.arms:
        if live is None or not _is_live(live, experiment, arm):
            raise NotPossible("arm_not_live", script=experiment.subject, arm=arm)
    more: dict[str, Any] = {"cap": cap_of(services.engine, services.now())}
    if experiment.metric not in VALUES:
        more = {}
    if experiment.by_segment and live:
        first = first_shares(experiment)
        more["segment_shares"] = {one.key: first for one in live.segments}
    try:
        with transaction(services.engine) as database:
            row = _begun(database, experiment, services.now(), author, more)
    except IntegrityError as error:  # Somebody else began it at the same moment.
        raise NotPossible("script_taken", run="", key=experiment.key) from error
    await put_in_force(services)
    return row.run


def cap_of(engine: Engine, now: float) -> float:
    """Give the value up to which orders count: 99 of 100 of the last four weeks cost no more.

    One order of a hundred times the usual would decide an experiment alone (winsorising, Dixon
    1960). 0, no cap, where there are too few orders to tell what is usual.
    """
    query = select(EventRow.data).where(EventRow.name == "converted", EventRow.at > now - MONTH)
    with transaction(engine, writes=False) as database:
        rows = database.scalars(query.order_by(EventRow.at.desc()).limit(MOST_ORDERS))
        values = [float(data.get("value") or 0) for data in rows]
    return round(float(np.quantile(values, 0.99)), 2) if len(values) >= FEWEST_ORDERS else 0.0


def first_shares(experiment: Experiment) -> dict[str, float]:
    """Give the shares a run begins with: even ones, or the smallest stage of a canary."""
    if experiment.mode == "canary":
        control, other = experiment.arms
        return {control: 1 - STAGES[0], other: STAGES[0]}
    return {arm: 1 / len(experiment.arms) for arm in experiment.arms}


def _is_live(live: Release, experiment: Experiment, arm: str) -> bool:
    """Say whether visitors can meet an arm in all that the experiment is over."""
    book, rules = live.book, {rule.key for rule in live.rules}
    if experiment.flow:
        return experiment.flow in book.flows and arm in book.flows
    if experiment.rule:
        return experiment.rule in rules and arm in {*rules, QUIET}
    scripts = [book.scripts.get(key) for key in experiment.subjects]
    return all(script is not None and arm in script.spoken for script in scripts)


def _begun(
    database: Database, experiment: Experiment, now: float, author: str, more: dict[str, Any]
) -> ExperimentRow:
    open_ = list(database.scalars(select(ExperimentRow).where(ExperimentRow.state.in_(OPEN))))
    for other in open_:
        if set(setup_of(other).subjects) & set(experiment.subjects):
            raise NotPossible("script_taken", run=other.run, key=other.key)
    same = select(func.count()).where(ExperimentRow.key == experiment.key)
    row = ExperimentRow(
        run=f"{experiment.key}#{int(database.scalar(same) or 0) + 1}",
        key=experiment.key,
        script=experiment.subject,
        state="running",
        setup={**asdict(experiment), **more, "slot": _slot(open_, experiment)},
        shares=first_shares(experiment),
        began=now,
    )
    database.add(row)
    note(database, row, now, "began", author)
    return row


def _slot(open_: Sequence[ExperimentRow], experiment: Experiment) -> float:
    """Give where the visitors of an experiment begin among those of its group."""
    if not experiment.group:
        return 0.0
    taken = sorted(
        (row.setup.get("slot", 0.0), row.setup["share"])
        for row in open_
        if row.setup.get("group") == experiment.group
    )
    begin = 0.0
    for slot, share in taken:
        if begin + experiment.share <= slot + 1e-9:
            break
        begin = max(begin, slot + share)
    if begin + experiment.share > 1 + 1e-9:
        free = max(1 - sum(share for _slot, share in taken), 0.0)
        raise NotPossible("group_full", group=experiment.group, free=f"{free:.0%}")
    return begin
