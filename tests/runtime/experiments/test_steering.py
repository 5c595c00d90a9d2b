"""Bandits and canaries, steered by what was counted."""

import pytest

from flows.experiments import Experiment
from runtime.experiments.beginning import begin
from runtime.experiments.runs import runs, steps
from runtime.experiments.steering import steer
from runtime.services import Services
from runtime.store import keys
from tests.runtime.experiments.acting import AB, ARMS, BANDIT, CANARY, HOUR, fill, meet


async def test_a_canary_goes_from_stage_to_stage_and_switches(services: Services) -> None:
    run = await begin(services, CANARY, "a@b")
    start, seen = services.now(), []
    for day in range(9):
        services.clock = lambda now=start + day * 86400 + 60: now
        for arm, orders in (("warm", 60), ("formal", 110)):
            await fill(services, run, arm, 1000, orders, 0)
        await steer(services)
        seen.append(runs(services.engine)[0].shares["formal"])
    assert seen[:7] == [0.01, 0.05, 0.1, 0.25, 0.5, 0.5, 0.5]
    row = runs(services.engine)[0]
    assert (row.state, row.winner, row.shares) == (
        "switched",
        "formal",
        {"warm": 0.05, "formal": 0.95},
    )
    last = steps(services.engine, run)[-1]
    assert last.inputs["lift"] > 0.12
    assert last.inputs["hits"][0] >= 100


async def test_a_canary_that_harms_goes_back_at_once(services: Services) -> None:
    run = await begin(services, CANARY, "a@b")
    await fill(services, run, "warm", 4000, 400, 0)
    await fill(services, run, "formal", 4000, 200, 0)
    await steer(services)
    row = runs(services.engine)[0]
    assert (row.state, row.winner) == ("rolled_back", "warm")
    assert {await meet(services, f"v{i}") for i in range(12)} == {"warm"}


async def test_a_bandit_leans_to_what_earns_more_and_keeps_why(services: Services) -> None:
    run = await begin(services, BANDIT, "a@b")
    start = services.now()
    services.clock = lambda: start + 50 * HOUR
    await fill(services, run, "warm", 2000, 240, 40)
    await fill(services, run, "formal", 2000, 120, 40)
    await steer(services)
    await steer(services)
    row = runs(services.engine)[0]
    assert row.shares["warm"] > 0.95
    assert sum(row.shares.values()) == pytest.approx(1)
    changed = [step for step in steps(services.engine, run) if step.what == "shares"]
    assert len(changed) == 1
    assert changed[0].inputs["rewards"] == [240, 120]


async def test_a_run_that_breaks_keeps_no_other_from_being_steered(services: Services) -> None:
    await begin(services, CANARY, "a@b")
    broken = Experiment("broken", "price", arms=("a", "a"), mode="canary")
    await begin(services, broken, "a@b")
    await fill(services, "wording#1", "warm", 4000, 400, 0)
    await fill(services, "wording#1", "formal", 4000, 200, 0)
    await services.redis.hset(keys.hours("broken#1"), "rubbish", "1")
    await steer(services)
    states = {row.run: row.state for row in runs(services.engine)}
    assert states == {"wording#1": "rolled_back", "broken#1": "running"}


async def test_an_emptied_redis_is_filled_again(services: Services) -> None:
    await begin(services, AB, "a@b")
    await services.redis.delete(keys.RUNNING)
    assert await meet(services, "v") == ""
    await steer(services)
    assert await meet(services, "w") in ARMS
