"""Runs of experiments: begun, paused, ended; and what of them is in force.

The database knows every run and everything that ever changed in it; Redis holds what turns need,
written anew from there whenever something changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Database

from flows.experiments import Experiment
from runtime.db import transaction
from runtime.engine.canary import HELD_BACK, STAGES
from runtime.engine.experiments import Running
from runtime.services import Services
from runtime.store.arm_counts import set_running
from runtime.store.keys import CURRENT
from runtime.tables import ExperimentRow, ExperimentStep

OPEN = ("running", "paused")
SETTLED = ("switched", "rolled_back")
MOVES = {
    "running": ("paused", "stopped", "switched", "rolled_back"),
    "paused": ("running", "stopped"),
    "switched": ("stopped",),
    "rolled_back": ("stopped",),
}
"""What may become of a run that is in a state."""


class NotPossible(Exception):
    """A run cannot be begun or changed like that; `code` says why, `values` name what."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


async def begin(services: Services, experiment: Experiment, author: str) -> str:
    """Begin a run of an experiment over what is live; gives its name."""
    number = int(await services.redis.get(CURRENT) or 0)
    book = (await services.releases.get(number)).book if number else None
    script = book.scripts.get(experiment.script) if book else None
    for arm in experiment.arms:
        if script is None or arm not in script.spoken:
            raise NotPossible("arm_not_live", script=experiment.script, arm=arm)
    try:
        with transaction(services.engine) as database:
            row = _begun(database, experiment, services.now(), author)
    except IntegrityError as error:  # Somebody else began it at the same moment.
        raise NotPossible("script_taken", run="", key=experiment.key) from error
    await put_in_force(services)
    return row.run


async def change(
    services: Services, run: str, state: str, author: str = "", **inputs: Any
) -> ExperimentRow:
    """Pause, resume, stop, switch or roll back; NotPossible where the run is past that.

    The winner of a switch is the arm that is not the control.
    """
    now = services.now()
    with transaction(services.engine) as database:
        row = database.get(ExperimentRow, run, with_for_update=True)
        if row is None or state not in MOVES.get(row.state, ()):
            raise NotPossible("not_from_here", state=row.state if row else "")
        row.state = state
        if state in SETTLED:
            control, other = row.setup["arms"][0], row.setup["arms"][-1]
            row.winner = other if state == "switched" else control
            row.shares = (
                {control: HELD_BACK, other: 1 - HELD_BACK}
                if state == "switched"
                else {control: 1.0, other: 0.0}
            )
        if state not in OPEN:
            row.ended = row.ended or now
        _note(database, row, now, state, author, inputs)
    await put_in_force(services)
    return row


async def set_shares(
    services: Services, run: str, shares: Mapping[str, float], inputs: Mapping[str, Any]
) -> None:
    """Give the arms of a run that goes on other shares, and keep what they were worked out from."""
    with transaction(services.engine) as database:
        row = database.get(ExperimentRow, run, with_for_update=True)
        if row is None or row.state != "running":
            return
        row.shares = dict(shares)
        _note(database, row, services.now(), "shares", "", inputs)
    await put_in_force(services)


async def put_in_force(services: Services) -> None:
    """Write what turns need to know of every run; the newest run of a script counts."""
    found: dict[str, Running] = {}
    with transaction(services.engine, writes=False) as database:
        # The step first: a run that changes in between is only newer than it says.
        newest = int(database.scalar(select(func.max(ExperimentStep.id))) or 0)
        rows = list(database.scalars(select(ExperimentRow).order_by(ExperimentRow.began)))
    for row in rows:
        if row.state in (*OPEN, *SETTLED):
            setup = row.setup
            found[row.script] = Running(
                run=row.run,
                shares=dict(row.shares),
                share=setup["share"] if row.state != "paused" else 0.0,
                segments=tuple(setup["segments"]),
                goal=setup["goal"],
                settled=row.state in SETTLED,
            )
    await set_running(services.redis, found, newest)


def runs(engine: Engine, key: str = "", script: str = "") -> list[ExperimentRow]:
    """Give every run, or those of one experiment or of one script, newest first."""
    query = select(ExperimentRow).order_by(ExperimentRow.began.desc())
    if key:
        query = query.where(ExperimentRow.key == key)
    if script:
        query = query.where(ExperimentRow.script == script)
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query))


def steps(engine: Engine, run: str) -> Sequence[ExperimentStep]:
    """Give everything that changed in a run, oldest first."""
    query = select(ExperimentStep).where(ExperimentStep.run == run)
    query = query.order_by(ExperimentStep.at, ExperimentStep.id)
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query))


def last_step(engine: Engine, run: str) -> ExperimentStep:
    """Give what changed last in a run; its beginning, where nothing did."""
    query = select(ExperimentStep).where(ExperimentStep.run == run)
    query = query.order_by(ExperimentStep.at.desc(), ExperimentStep.id.desc()).limit(1)
    with transaction(engine, writes=False) as database:
        return database.scalars(query).one()


def learn(engine: Engine, run: str, words: str) -> None:
    """Write down what was learnt from a run."""
    with transaction(engine) as database:
        row = database.get(ExperimentRow, run)
        if row is not None:
            row.learnt = words


def setup_of(row: ExperimentRow) -> Experiment:
    """Give the definition that a run began with."""
    known = Experiment.__dataclass_fields__
    values = {name: value for name, value in row.setup.items() if name in known}
    lists = {name: tuple(values[name]) for name in ("arms", "segments")}
    return Experiment(**{**values, **lists})


def first_shares(experiment: Experiment) -> dict[str, float]:
    """Give the shares a run begins with: even ones, or the smallest stage of a canary."""
    if experiment.mode == "canary":
        control, other = experiment.arms
        return {control: 1 - STAGES[0], other: STAGES[0]}
    return {arm: 1 / len(experiment.arms) for arm in experiment.arms}


def _begun(database: Database, experiment: Experiment, now: float, author: str) -> ExperimentRow:
    if other := _open_on(database, experiment.script):
        raise NotPossible("script_taken", run=other.run, key=other.key)
    same = select(func.count()).where(ExperimentRow.key == experiment.key)
    row = ExperimentRow(
        run=f"{experiment.key}#{int(database.scalar(same) or 0) + 1}",
        key=experiment.key,
        script=experiment.script,
        state="running",
        setup=asdict(experiment),
        shares=first_shares(experiment),
        began=now,
    )
    database.add(row)
    _note(database, row, now, "began", author)
    return row


def _open_on(database: Database, script: str) -> ExperimentRow | None:
    mine = ExperimentRow.script == script, ExperimentRow.state.in_(OPEN)
    return database.scalar(select(ExperimentRow).where(*mine).limit(1))


def _note(
    database: Database,
    row: ExperimentRow,
    at: float,
    what: str,
    author: str,
    inputs: Mapping[str, Any] | None = None,
) -> None:
    step = ExperimentStep(
        run=row.run,
        at=at,
        what=what,
        author=author,
        shares=dict(row.shares),
        inputs=dict(inputs or {}),
    )
    database.add(step)
