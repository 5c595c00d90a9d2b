"""Bandits and canaries, steered by what was counted."""

import pytest

from flows.experiments import Experiment
from rules.model import Event
from runtime.conversation import handle
from runtime.experiments.beginning import begin
from runtime.experiments.runs import runs, steps
from runtime.experiments.standing import figures
from runtime.experiments.steering import steer
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.counting import in_segment
from tests.runtime.experiments.acting import AB, ARMS, BANDIT, CANARY, HOUR, fill, meet
from tests.workspaces import publish_files


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


async def test_a_canary_goes_back_when_a_guardrail_becomes_worse(services: Services) -> None:
    for number, (guard, many) in enumerate((("angry", (10, 200)), ("slow", (10, 200)))):
        key = f"watch{number}"
        run = await begin(
            services,
            Experiment(key, "offer", arms=ARMS, mode="canary", guardrails=(guard,)),
            "a@b",
        )
        hour = int(services.now() // HOUR)
        for arm, bad in zip(ARMS, many, strict=True):
            await fill(services, run, arm, 2000, 100, 0)
            await services.redis.hset(keys.hours(run), f"{arm}|{hour}|{guard}", bad)
            await services.redis.hset(keys.hours(run), f"{arm}|{hour}|people", bad)
        await steer(services)
        row = runs(services.engine)[0]
        assert (row.run, row.state) == (run, "rolled_back")
        assert steps(services.engine, run)[-1].inputs["why"] == guard


async def test_a_limit_takes_a_canary_back_at_once(services: Services) -> None:
    limited = Experiment("fails", "offer", arms=ARMS, mode="canary", limits={"failed": 0.05})
    run = await begin(services, limited, "a@b")
    hour = int(services.now() // HOUR)
    await fill(services, run, "warm", 1000, 50, 0)
    await fill(services, run, "formal", 19, 1, 0)
    await services.redis.hset(keys.hours(run), f"formal|{hour}|failed", 2)
    await steer(services)
    assert runs(services.engine)[0].state == "running", "nineteen are too few"
    await fill(services, run, "formal", 30, 1, 0)
    await steer(services)
    assert runs(services.engine)[0].state == "rolled_back"
    assert steps(services.engine, run)[-1].inputs["why"] == "failed"


@pytest.mark.parametrize(
    ("wanted", "ends"), [((400, 100), "switched"), ((100, 400), "rolled_back")]
)
async def test_of_what_should_be_less_the_arm_with_less_wins(
    services: Services, wanted: tuple[int, int], ends: str
) -> None:
    fewer = Experiment(
        "calm", "offer", arms=ARMS, mode="canary", metric="people", guardrails=(), days=0
    )
    run = await begin(services, fewer, "a@b")
    hour = int(services.now() // HOUR)
    for arm, many in zip(ARMS, wanted, strict=True):
        await fill(services, run, arm, 2000, 10, 0)
        await services.redis.hset(keys.hours(run), f"{arm}|{hour}|people", many)
    found = await figures(services, runs(services.engine)[0])
    better = found.arms[1].lift
    assert better
    assert (better[2] < 0) == (ends == "switched")
    await steer(services)
    assert runs(services.engine)[0].state == ends


async def test_a_segment_that_answers_otherwise_gets_weights_of_its_own(services: Services) -> None:
    text = "segment: vips\ntitle: {zh-CN: 会员}\nwhen: {fact: visitor.vip, op: eq, value: true}\n"
    await publish_files(services, {"segments/vips.yaml": text})
    by_segment = Experiment("both", "offer", arms=ARMS, mode="bandit", by_segment=True)
    run = await begin(services, by_segment, "a@b")
    start = services.now()
    services.clock = lambda: start + 50 * HOUR
    vips = in_segment(run, "vips")
    for name, warm, formal in ((run, 500, 350), (vips, 20, 200)):
        await fill(services, name, "warm", 4000 if name == run else 1000, warm, 40)
        await fill(services, name, "formal", 4000 if name == run else 1000, formal, 40)
    await steer(services)
    row = runs(services.engine)[0]
    assert row.shares["warm"] > 0.9
    assert row.setup["segment_shares"]["vips"]["formal"] > 0.9
    arms: dict[bool, set[str]] = {True: set(), False: set()}
    for number in range(60):
        is_vip = number % 2 == 0
        told = Event("identify", services.now(), {"vip": is_vip})
        message = Message(f"v{number}", "track", kind="event", data={"event": told})
        await handle(services, message)
        session = (await services.sessions.load(f"v{number}")).session
        assert session.profile["visitor.vip"] is is_vip
        arms[is_vip].add(await meet(services, f"v{number}"))
    dealt = [(await services.sessions.load(f"v{n}")).session.exposures[-1] for n in range(60)]
    assert [seen.group for seen in dealt] == ["vips", ""] * 30
    assert sum(seen.variant == "formal" for seen in dealt[::2]) > 24
    assert sum(seen.variant == "warm" for seen in dealt[1::2]) > 24
    hour = int(services.now() // HOUR)
    mine = await services.redis.hgetall(keys.hours(vips))
    fresh = [float(n) for f, n in mine.items() if f.endswith(f"|{hour}|exposures".encode())]
    assert sum(fresh) == 30
