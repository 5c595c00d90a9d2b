"""What a run counts: marks, first and last seen, capped values, odd orders; and again the same."""

import pytest

from flows.experiments import Experiment
from rules.model import Event
from runtime.conversation import handle
from runtime.db import transaction
from runtime.experiments.afterwards import foreign_orders, funnels
from runtime.experiments.beginning import begin
from runtime.experiments.by_segment import by_segment
from runtime.experiments.runs import put_in_force, runs
from runtime.experiments.steering import tally
from runtime.messages import Message
from runtime.services import Services
from runtime.tables import ExperimentRow
from runtime.tasks.archive import archive
from tests.runtime.experiments.acting import AB, ARMS, meet, order, refund
from tests.runtime.experiments.over_others import (
    OVER_RULE,
    counts,
    later,
    say,
)
from tests.workspaces import publish_files


async def test_what_became_of_visitors_is_counted_once_for_each(services: Services) -> None:
    two = "script: hi\nvariants: {warm: {text: {zh-CN: 亲}}, formal: {text: {zh-CN: 您好}}}\n"
    await publish_files(services, {"scripts/hi.yaml": two})
    run = await begin(services, Experiment("tone", "hi", arms=ARMS), "a@b")
    for number in range(8):
        visitor = f"v{number}"
        await say(services, visitor, "你好")
        await handle(services, Message(visitor, "rest", payload="/welcome.need.0"))
    found = await counts(services, run)
    assert found["warm resolved"] + found["formal resolved"] == 8, "all came to the end"
    await handle(services, Message("v0", "rest", kind="human"))
    found = await counts(services, run)
    assert found["warm resolved"] + found["formal resolved"] == 7, "who asks for a person is not"
    assert sum(found.get(f"{arm} people", 0) for arm in ARMS) == 1


async def test_first_and_last_seen_are_told_apart(services: Services) -> None:
    two = "script: {0}\ngoal: Order Completed\nvariants: {{warm: {{text: {{zh-CN: 亲}}}}, formal: {{text: {{zh-CN: 您}}}}}}\n"
    await publish_files(services, {"scripts/hi.yaml": two.format("hi")})
    run = await begin(services, Experiment("tone", "hi", arms=ARMS), "a@b")
    for number in range(6):
        visitor = f"v{number}"
        await say(services, visitor, "你好")
        later(services, 60)
        await meet(services, visitor)
        await order(services, visitor, visitor)
    found = await counts(services, run)
    assert not any(name.endswith("orders0") for name in found), "the offer came last"
    assert found["warm firsts"] + found["formal firsts"] == 6
    await refund(services, "v0", "v0", 0)
    found = await counts(services, run)
    assert found["warm firsts"] + found["formal firsts"] == 5


async def test_values_count_up_to_the_cap_and_a_refund_below_it(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    row = runs(services.engine)[0]
    with transaction(services.engine) as database:
        stored = database.get(ExperimentRow, row.run)
        assert stored
        stored.setup = {**stored.setup, "cap": 80.0}
    await put_in_force(services)
    arm = await meet(services, "v")
    await order(services, "v", "o1")
    found = await counts(services, run)
    assert (found[f"{arm} value"], found[f"{arm} over"], found[f"{arm} squares"]) == (100, 20, 6400)
    for back, value, over, squares in ((10, 90, 10, 6400), (30, 60, 0, 3600)):
        await refund(services, "v", "o1", back)
        found = await counts(services, run)
        assert found[f"{arm} value"] == value
        assert found.get(f"{arm} over", 0) == over
        assert found[f"{arm} squares"] == squares
    assert (await tally(services, runs(services.engine)[0])).within.sum() == 60


async def test_earlier_orders_are_counted_beside(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    for number in range(3):
        done = Event("Order Completed", services.now(), {"order_id": f"old{number}", "total": 5})
        await handle(services, Message("v", "track", kind="event", data={"event": done}))
    arm = await meet(services, "v")
    await order(services, "v", "new")
    found = await counts(services, run)
    assert (found[f"{arm} earlier"], found[f"{arm} earlier_squares"]) == (3, 9)
    assert (found[f"{arm} earlier_orders"], found[f"{arm} earlier_value"]) == (3, 300)


async def test_the_funnel_is_what_they_did_within_a_day(services: Services) -> None:
    run = await begin(services, OVER_RULE, "a@b")
    did: dict[str, str] = {}
    for number in range(10):
        visitor = f"v{number}"
        await meet(services, visitor)
        seen = (await services.sessions.load(visitor)).session.exposures
        did[visitor] = next(one.variant for one in seen if one.run)
        later(services, 10)
        if number < 6:
            added = Event("Product Added", services.now(), {"name": "iPhone15 Pro", "price": 1})
            await handle(services, Message(visitor, "track", kind="event", data={"event": added}))
        if number < 3:
            await order(services, visitor, visitor)
    await archive(services)
    found = {one.arm: one for one in funnels(services.engine, run, OVER_RULE.arms, 0.0)}
    for arm in OVER_RULE.arms:
        mine = [int(visitor[1:]) for visitor, met in did.items() if met == arm]
        assert found[arm].visitors == len(mine)
        assert found[arm].did["Product Added"] == sum(n < 6 for n in mine)
        assert found[arm].did["converted"] == sum(n < 3 for n in mine)
    assert by_segment(services.engine, run, OVER_RULE.arms, 0.0) == []


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"total": 20, "currency": "USD"}, 0),
        ({"total": 20, "currency": "cny"}, 20),
        ({"total": -20}, 0),
        ({"total": "1e300"}, 0),
        ({"total": "viel"}, 0),
        ({}, 0),
    ],
)
async def test_an_order_of_odd_value_counts_as_an_order(
    services: Services, said: dict[str, object], value: float
) -> None:
    run = await begin(services, AB, "a@b")
    arm = await meet(services, "v")
    done = Event("Order Completed", services.now(), {"order_id": "o", **said})
    await handle(services, Message("v", "track", kind="event", data={"event": done}))
    found = await counts(services, run)
    assert found[f"{arm} orders0"] == 1
    assert found.get(f"{arm} value", 0) == value
    foreign = foreign_orders(services.engine, run, 0.0)
    assert foreign == ({"USD": 1} if said.get("currency") == "USD" else {})


async def test_an_order_nobody_was_shown_anything_for_counts_for_nobody(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    await order(services, "stranger", "o")
    assert await counts(services, run) == {}
