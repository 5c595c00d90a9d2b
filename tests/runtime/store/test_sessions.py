"""What a turn leaves behind, as it stands in Redis: old and new versions read each other."""

from dataclasses import asdict, replace
from typing import Any

import orjson
import pytest

from rules.mood import Mood
from rules.triggers import RuleState
from runtime.conversation import handle
from runtime.engine.experiments import Running
from runtime.engine.session import (
    Exposure,
    Session,
    from_values,
    lasting_of,
    lasts_the_same,
    to_json,
)
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.arm_counts import set_running, set_weights
from runtime.store.sessions import Commit, Seen, Sessions

FULL = Session(
    "v",
    3,
    "presale",
    "need",
    (("faq", "ask"),),
    {"budget": 6000.0, "tags": ["a", True, None]},
    1,
    "zh-CN",
    messages=4,
    seq=9,
    assigned={"offer": "warm"},
    exposures=(Exposure("offer", "warm", "Order Completed", 5.0, True, 4.0, marks=("people",)),),
    profile={"seen.at": 5.0, "seen.orders": [[4.0, 10.0]], "order.count": 1, "visitor.vip": True},
    rules=RuleState({"r": (2, 7.0)}, 2, {"r": (1.0, 2.0)}, counted={"c": (1.0,)}, begun={"b": 3.0}),
    mood=Mood(1, True, (-0.5, 0.25)),
)


@pytest.mark.parametrize("session", [FULL, Session("v"), Session("v", tries=1)])
def test_a_session_reads_as_it_was_written(session: Session) -> None:
    assert from_values(orjson.loads(to_json(session))) == session


def test_a_session_of_the_version_before_is_read() -> None:
    assert from_values(orjson.loads(orjson.dumps(FULL))) == FULL, "all of it was written then"
    assert from_values(asdict(FULL) | {"unknown": 1}) == FULL


def test_the_version_before_reads_what_we_write() -> None:
    values = orjson.loads(to_json(FULL))
    assert isinstance(values["exposures"][0], dict)
    assert set(values["exposures"][0]) <= set(Exposure.__dataclass_fields__)
    assert RuleState(**values["rules"])
    assert values["visitor"] == "v"
    assert "desk" not in values, "it says nothing"


async def test_a_session_written_by_another_process_is_read(services: Services) -> None:
    first, second = Sessions(services.redis), Sessions(services.redis)
    assert await first.commit(await first.load("v"), Commit(FULL, now=1.0), "")
    seen = await second.load("v")
    assert seen.session == FULL
    changed = replace(FULL, slots={"budget": 1})
    assert await second.commit(seen, Commit(changed, now=2.0), "")
    assert (await first.load("v")).session == changed
    assert not await first.commit(seen, Commit(FULL, now=3.0), "")
    await services.redis.flushall()
    assert (await first.load("v")).session == Session("v")
    again = Seen("0", Session("v"), None, 0, {})
    assert await second.commit(again, Commit(Session("v", tries=7), now=4.0), "")
    assert (await first.load("v")).session == Session("v", tries=7), "though the version is as old"


async def test_the_log_is_as_long_as_it_may_be(services: Services) -> None:
    for number in range(keys.MOST_LINES // 2 + 20):
        await handle(services, Message("v", text="你好", id=str(number)))
    lines = await services.sessions.lines_after("v", 0)
    assert len(lines) == keys.MOST_LINES
    last = lines[-1]["seq"]
    for back in (0, 1, 7, 8, 9, 30):
        found = await services.sessions.lines_after("v", last - back)
        assert [line["seq"] for line in found] == list(range(last - back + 1, last + 1))


async def test_a_turn_is_one_entry_of_the_stream_and_one_load_and_one_commit(
    services: Services,
) -> None:
    await handle(services, Message("w", text="你好"))
    await services.redis.config_resetstat()
    before = await services.redis.xlen(keys.EVENTS)
    await handle(services, Message("v", text="你好", id="1"))
    stats: Any = await services.redis.info("commandstats")
    assert await services.redis.xlen(keys.EVENTS) == before + 1
    calls = {name: stats[f"cmdstat_{name}"]["calls"] for name in ("hmget", "mget", "evalsha")}
    assert calls == {"hmget": 1, "mget": 1, "evalsha": 1}
    assert "cmdstat_hgetall" not in stats, "weights and experiments are known"


async def test_what_is_put_in_force_holds_from_the_next_turn_on(services: Services) -> None:
    sessions, running = services.sessions, Running("offer#1", {"a": 1.0})
    for number in range(20):
        weights = {"offer": {"a": number / 20, "b": 1 - number / 20}}
        await set_weights(services.redis, weights)
        assert (await sessions.load("v")).weights == weights
        assert await set_running(services.redis, {"offer": running} if number % 2 else {}, number)
        seen = await sessions.load("v")
        assert set(seen.running) == ({"offer"} if number % 2 else set())
        assert seen.weights == weights
    await services.redis.flushall()
    assert (await sessions.load("v")).weights == {}


@pytest.mark.parametrize(
    "after",
    [
        replace(FULL, profile={**FULL.profile, "seen.at": 9.0}),
        replace(FULL, profile={**FULL.profile, "order.count": 2}),
        replace(FULL, profile={"seen.at": 5.0}),
        replace(FULL, profile={**FULL.profile, "page.path": "/"}),
        replace(FULL, profile={**FULL.profile, "tag.big": True}),
        replace(FULL, assigned={}),
        replace(FULL, rules=replace(FULL.rules, marketing=(1.0,))),
        replace(FULL, rules=replace(FULL.rules, generation=9)),
        replace(FULL, slots={}),
        FULL,
    ],
)
def test_what_lasts_is_written_when_it_changed(after: Session) -> None:
    assert lasts_the_same(FULL, after) == (lasting_of(FULL) == lasting_of(after))
