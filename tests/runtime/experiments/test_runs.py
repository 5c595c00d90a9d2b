"""Experiments in service, from their beginning to what became of them, on a real Redis."""

from collections import Counter

import pytest

from flows.experiments import Experiment
from rules.model import Event
from runtime.conversation import handle
from runtime.experiments.beginning import begin
from runtime.experiments.by_segment import by_segment
from runtime.experiments.runs import NotPossible, change, runs
from runtime.experiments.steering import tally
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.arm_counts import set_running
from runtime.tasks.archive import archive
from runtime.tasks.recount import recount
from tests.runtime.experiments.acting import (
    AB,
    ARMS,
    meet,
    order,
    refund,
)
from tests.workspaces import publish_files


async def test_visitors_are_dealt_evenly_and_keep_their_arm(services: Services) -> None:
    await begin(services, AB, "a@b")
    met = {f"v{i}": await meet(services, f"v{i}") for i in range(60)}
    assert set(met.values()) == set(ARMS)
    assert min(Counter(met.values()).values()) > 15
    assert {v: await meet(services, v) for v in met} == met


async def test_only_a_share_takes_part_and_nobody_new_while_it_pauses(services: Services) -> None:
    run = await begin(services, Experiment("wording", "offer", arms=ARMS, share=0.5), "a@b")
    met = [await meet(services, f"v{i}") for i in range(60)]
    assert 15 < met.count("") < 45
    await change(services, run, "paused", "a@b")
    assert {await meet(services, f"new{i}") for i in range(10)} == {""}
    assert [await meet(services, f"v{i}") for i in range(60)] == met
    await change(services, run, "running", "a@b")
    assert {await meet(services, f"later{i}") for i in range(20)} > {""}


async def test_orders_are_counted_for_the_run_and_can_be_counted_again(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    met = {f"v{i}": await meet(services, f"v{i}") for i in range(12)}
    for number, visitor in enumerate(list(met)[:6]):
        await order(services, visitor, f"o{number}")
        await order(services, visitor, f"o{number}")
    row = runs(services.engine)[0]
    found = await tally(services, row)
    bought = Counter(list(met.values())[:6])
    assert found.exposures.sum(-1).tolist() == [float(Counter(met.values())[arm]) for arm in ARMS]
    assert found.orders.sum(-1).tolist() == [float(bought[arm]) for arm in ARMS]
    assert found.value.sum() == 600
    before = await services.redis.hgetall(keys.hours(run))
    await services.redis.delete(keys.hours(run))
    await recount(services)
    again = await services.redis.hgetall(keys.hours(run))
    assert {k: float(v) for k, v in again.items()} == {k: float(v) for k, v in before.items()}


@pytest.mark.parametrize(
    ("totals", "left"),
    [
        ([0], 0),
        ([100], 0),
        ([100, 100], 0),
        ([30], 70),
        ([30, 30], 40),
        ([30, 80], 0),
        ([30, 0], 0),
    ],
)
async def test_a_refund_takes_the_credit_back_once(
    services: Services, totals: list[int], left: int
) -> None:
    run = await begin(services, AB, "a@b")
    await meet(services, "v")
    await order(services, "v", "o1")
    for total in totals:
        await refund(services, "v", "o1", total)
    found = await tally(services, runs(services.engine)[0])
    assert found.orders.sum() == (1 if left else 0)
    assert found.value.sum() == left
    assert found.squares.sum() == left**2
    before = await services.redis.hgetall(keys.hours(run))
    await recount(services)
    again = await services.redis.hgetall(keys.hours(run))
    assert {k: float(v) for k, v in again.items()} == {k: float(v) for k, v in before.items()}


async def test_an_order_refunded_before_it_is_reported_never_counts(services: Services) -> None:
    await begin(services, AB, "a@b")
    await meet(services, "v")
    await refund(services, "v", "o1", 0)
    await order(services, "v", "o1")
    assert (await tally(services, runs(services.engine)[0])).orders.sum() == 0
    await recount(services)
    assert (await tally(services, runs(services.engine)[0])).orders.sum() == 0


async def test_groups_are_those_the_visitors_were_in(services: Services) -> None:
    text = "segment: vips\ntitle: {zh-CN: 会员}\nwhen: {fact: visitor.vip, op: eq, value: true}\n"
    await publish_files(services, {"segments/vips.yaml": text})
    run = await begin(services, AB, "a@b")
    met = {}
    for number in range(12):
        visitor = f"v{number}"
        if number % 3 == 0:
            told = Event("identify", services.now(), {"vip": True})
            await handle(services, Message(visitor, "track", kind="event", data={"event": told}))
        met[visitor] = await meet(services, visitor)
        if number < 6:
            await order(services, visitor, visitor)
            await order(services, visitor, visitor)
    await archive(services)
    groups = {one.segment: one for one in by_segment(services.engine, run, ARMS, 0.0)}
    assert set(groups) == {"vips", ""}
    for segment, numbers in (("vips", {0, 3, 6, 9}), ("", set(range(12)) - {0, 3, 6, 9})):
        mine = [met[f"v{n}"] for n in sorted(numbers)]
        bought = [met[f"v{n}"] for n in sorted(numbers) if n < 6]
        assert groups[segment].visitors == {arm: mine.count(arm) for arm in ARMS}
        assert groups[segment].orders == {arm: bought.count(arm) for arm in ARMS}
    assert by_segment(services.engine, "another#1", ARMS, 0.0) == []


async def test_who_wants_a_person_is_counted_once(services: Services) -> None:
    await begin(services, AB, "a@b")
    met = await meet(services, "v")
    for number in range(2):
        await handle(services, Message("v", "rest", "", f"h{number}", kind="human"))
    found = await tally(services, runs(services.engine)[0])
    assert dict(zip(ARMS, found.people.sum(-1), strict=True))[met] == 1
    assert found.people.sum() == 1


@pytest.mark.parametrize(
    ("experiment", "code"),
    [
        (Experiment("x", "offer", arms=("warm", "gone")), "arm_not_live"),
        (Experiment("x", "gone", arms=ARMS), "arm_not_live"),
        (Experiment("x", "offer", arms=ARMS), "script_taken"),
    ],
)
async def test_what_cannot_begin_says_why(
    services: Services, experiment: Experiment, code: str
) -> None:
    if code == "script_taken":
        await begin(services, AB, "a@b")
    with pytest.raises(NotPossible, match=code):
        await begin(services, experiment, "a@b")


async def test_a_run_that_is_over_stays_over(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    await change(services, run, "stopped", "a@b")
    for state in ("running", "paused", "stopped"):
        with pytest.raises(NotPossible, match="not_from_here"):
            await change(services, run, state, "a@b")
    assert await meet(services, "v") == ""
    assert await begin(services, AB, "a@b") == "wording#2"


async def test_after_a_switch_open_sessions_keep_their_arm_and_new_ones_do_not(
    services: Services,
) -> None:
    text = "script: lost\nvariants: {a: {text: {zh-CN: 没听懂}}, b: {text: {zh-CN: 在的}}}\n"
    await publish_files(services, {"scripts/lost.yaml": text})
    run = await begin(services, Experiment("lost", "lost", arms=("a", "b")), "a@b")
    met = {f"v{i}": await _misunderstood(services, f"v{i}") for i in range(40)}
    assert set(met.values()) == {"没听懂", "在的"}
    await change(services, run, "switched", "a@b")
    assert {v: await _misunderstood(services, v) for v in met} == met
    for visitor in met:
        await services.redis.delete(keys.session(visitor))  # 72 hours later.
    after = Counter([await _misunderstood(services, v) for v in met])
    assert after["在的"] > 32


async def _misunderstood(services: Services, visitor: str) -> str:
    """Write what nobody understands, which `lost` answers every time."""
    if not (await services.sessions.load(visitor)).session.flow:
        await handle(services, Message(visitor, "rest", "你好"))
    answer = await handle(services, Message(visitor, "rest", "呜啦啦"))
    return answer.replies[0].text


async def test_an_arm_that_is_taken_out_meanwhile_is_not_said(services: Services) -> None:
    await begin(services, AB, "a@b")
    text = "script: offer\nvariants: {warm: {text: {zh-CN: 好}}, formal: {review: draft, text: {zh-CN: 不}}}\n"
    await publish_files(services, {"scripts/offer.yaml": text})
    met = {await meet(services, f"v{i}") for i in range(20)}
    assert met == {""}, "the other one would have them all to itself"


async def test_what_was_read_earlier_is_not_written_over_what_was_read_later(
    services: Services,
) -> None:
    run = await begin(services, AB, "a@b")
    old = await services.sessions.load("v")
    await change(services, run, "stopped", "a@b")
    assert not await set_running(services.redis, old.running, 1)
    assert (await services.sessions.load("v")).running == {}
