"""The overlay's figures against an independent query, on many sessions with loops and returns."""

import random
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, text

from migrations.run import migrate
from runtime.conversation import handle
from runtime.db import open_engine, transaction
from runtime.insight.walks import RESTING, Entry, count, walks_of
from runtime.messages import Message
from runtime.services import Services
from runtime.tables import EventRow
from runtime.tasks.archive import archive

NEXT = {
    "hi": ["need"],
    "need": ["price", "orders", "unsure", ""],
    "unsure": ["need"],
    "price": ["need", "done", ""],
    "orders": ["need", "done", ""],
    "done": [""],
}
DAY = 86400.0
NOW = 1_800_000_000.0


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    found = open_engine(f"sqlite:///{tmp_path / 'x.db'}")
    migrate(found)
    return found


def simulated(sessions: int, seed: int) -> list[dict[str, object]]:
    """Walk at random: loops, visits to another flow, returns after days, several releases."""
    dice, rows, number = random.Random(seed), [], 0
    for visitor in range(sessions // 2):
        at = NOW - dice.uniform(5, 20) * DAY
        for _visit in range(2):
            release, step = dice.randint(1, 3), "hi"
            while step:
                number += 1
                flow = "welcome" if dice.random() > 0.1 else "orders"
                at += dice.uniform(0, 60)
                data = {"flow": flow, "step": step}
                rows.append(event(number, f"v{visitor}", at, release, data))
                step = dice.choice(NEXT[step])
            at += dice.uniform(0.1, 4.5) * DAY
    return rows


def event(
    number: int, visitor: str, at: float, release: int, data: dict[str, str]
) -> dict[str, object]:
    key = f"{int(at * 1000)}-{number}"
    return {
        "id": key,
        "name": "entered",
        "visitor": visitor,
        "at": at,
        "release": release,
        "data": data,
        "text": "",
    }


# Sessions by window functions; then who entered, which step came last, and which moves there were.
SQL = """
WITH e AS (
  SELECT visitor, at, release, json_extract(data, '$.flow') AS flow, json_extract(data, '$.step') AS step,
         CAST(substr(id, instr(id, '-') + 1) AS INTEGER) AS n FROM events
  WHERE name = 'entered' AND at >= :since AND at <= :until AND (:release = 0 OR release = :release)),
marked AS (SELECT *, CASE WHEN at - LAG(at) OVER w <= 259200.0 AND release = LAG(release) OVER w THEN 0 ELSE 1 END AS new
  FROM e WINDOW w AS (PARTITION BY visitor ORDER BY at, n)),
s AS (SELECT *, SUM(new) OVER (PARTITION BY visitor ORDER BY at, n) AS session FROM marked),
f AS (SELECT *, LEAD(step) OVER (PARTITION BY visitor, session ORDER BY at, n) AS following FROM s WHERE flow = 'welcome'),
last_any AS (SELECT visitor, session, MAX(at * 1000000 + n) AS latest FROM s GROUP BY visitor, session)
"""
ENTERED = SQL + "SELECT step, COUNT(DISTINCT visitor || '|' || session) FROM f GROUP BY step"
MOVES = (
    SQL
    + "SELECT step, following, COUNT(DISTINCT visitor || '|' || session) FROM f WHERE following IS NOT NULL GROUP BY 1, 2"
)
STOPPED = (
    SQL
    + """SELECT f.step, COUNT(*) FROM f JOIN last_any l ON l.visitor = f.visitor AND l.session = f.session
  AND f.at * 1000000 + f.n = l.latest WHERE :until - f.at >= :resting GROUP BY f.step"""
)


@pytest.mark.parametrize("release", [0, 2])
def test_figures_equal_an_independent_query(engine: Engine, release: int) -> None:
    rows = simulated(10_000, seed=release)
    with transaction(engine) as database:
        database.execute(insert(EventRow), rows)
    since, until = NOW - 30 * DAY, NOW
    walks = walks_of(engine, "welcome", since, until, release)
    given = {"since": since, "until": until, "release": release, "resting": RESTING}
    with transaction(engine, writes=False) as database:
        entered = dict(map(tuple, database.execute(text(ENTERED), given)))
        moves = {(a, b): many for a, b, many in database.execute(text(MOVES), given)}
        stopped = dict(map(tuple, database.execute(text(STOPPED), given)))
    assert walks.sessions > 2_500
    assert {step: one.entered for step, one in walks.steps.items()} == entered
    assert dict(walks.moves) == moves
    assert {step: one.stopped for step, one in walks.steps.items() if one.stopped} == stopped
    for one in walks.steps.values():
        assert one.entered == one.went_on + one.stopped + one.here
        assert min(one.went_on, one.stopped, one.here) >= 0
        assert one.entered <= walks.sessions
    assert all(many <= walks.steps[a].entered for (a, _), many in walks.moves.items())


def test_a_loop_counts_a_session_once() -> None:
    steps = ["hi", "need", "unsure", "need", "unsure", "need", "price"]
    entries = [Entry("v", 1.0 + i, (0, i, 0), 1, "f", step) for i, step in enumerate(steps)]
    walks = count(entries, "f", 1e6)
    assert Counter({step: one.entered for step, one in walks.steps.items()}) == Counter(set(steps))
    assert walks.moves["need", "unsure"] == 1
    assert walks.steps["price"].stopped == 1
    assert walks.steps["need"].stopped == 0


def test_a_visitor_who_is_there_right_now_has_not_dropped_off() -> None:
    walks = count([Entry("v", 100.0, (0, 0, 0), 1, "f", "hi")], "f", 160.0)
    assert (walks.steps["hi"].here, walks.steps["hi"].stopped) == (1, 0)


async def test_steps_of_one_turn_are_told_apart_as_the_archive_has_them(services: Services) -> None:
    await handle(services, Message("v", "rest", "你好"))
    await archive(services)
    now = services.now() + 60
    walks = walks_of(services.engine, "welcome", 0.0, now)
    assert walks.sessions == 1
    assert walks.moves == {("hi", "need"): 1}
