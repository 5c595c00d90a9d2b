"""Runs of experiments: begun, paused, ended; and what of them is in force.

The database knows every run and everything that ever changed in it; Redis holds what turns need,
written anew from there whenever something changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session as Database

from flows.experiments import Experiment
from runtime.db import transaction
from runtime.engine.canary import HELD_BACK
from runtime.engine.experiments import Running
from runtime.releases import Release
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
    "stopped": ("archived",),
    "archived": ("stopped",),
}
"""What may become of a run that is in a state."""


class NotPossible(Exception):
    """A run cannot be begun or changed like that; `code` says why, `values` name what."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(code)
        self.code, self.values = code, values


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
        note(database, row, now, state, author, inputs)
    await put_in_force(services)
    return row


async def set_shares(
    services: Services,
    run: str,
    shares: Mapping[str, float],
    inputs: Mapping[str, Any],
    by_segment: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Give the arms of a run that goes on other shares, and keep what they were worked out from."""
    with transaction(services.engine) as database:
        row = database.get(ExperimentRow, run, with_for_update=True)
        if row is None or row.state != "running":
            return
        row.shares = dict(shares)
        if by_segment is not None:
            row.setup = {**row.setup, "segment_shares": by_segment}
        note(database, row, services.now(), "shares", "", inputs)
    await put_in_force(services)


async def live_release(services: Services) -> Release | None:
    """Give what visitors get now, None before anything was published."""
    number = int(await services.redis.get(CURRENT) or 0)
    return await services.releases.get(number) if number else None


async def put_in_force(services: Services) -> None:
    """Write what turns need to know of every run; the newest run of a script counts."""
    found: dict[str, Running] = {}
    live = await live_release(services)
    held_out = live.book.workspace.hold_out if live else 0.0
    with transaction(services.engine, writes=False) as database:
        # The step first: a run that changes in between is only newer than it says.
        newest = int(database.scalar(select(func.max(ExperimentStep.id))) or 0)
        rows = list(database.scalars(select(ExperimentRow).order_by(ExperimentRow.began)))
    for row in rows:
        if row.state in (*OPEN, *SETTLED):
            setup, running = setup_of(row), _running(row, held_out)
            found |= dict.fromkeys(setup.subjects, running)
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
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Experiment(**{**values, **lists})


def _running(row: ExperimentRow, held_out: float) -> Running:
    setup = row.setup
    return Running(
        run=row.run,
        shares=dict(row.shares),
        share=setup["share"] if row.state != "paused" else 0.0,
        segments=tuple(setup["segments"]),
        goal=setup["goal"],
        settled=row.state in SETTLED,
        subject=row.script,
        channels=tuple(setup.get("channels", ())),
        group=setup.get("group", ""),
        slot=setup.get("slot", 0.0),
        held_out=held_out,
        cap=setup.get("cap", 0.0),
        by_segment=setup.get("segment_shares", {}) if row.state == "running" else {},
    )


def note(
    database: Database,
    row: ExperimentRow,
    at: float,
    what: str,
    author: str,
    inputs: Mapping[str, Any] | None = None,
) -> None:
    """Write down what changed in a run."""
    step = ExperimentStep(
        run=row.run,
        at=at,
        what=what,
        author=author,
        shares=dict(row.shares),
        inputs=dict(inputs or {}),
    )
    database.add(step)
