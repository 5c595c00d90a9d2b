"""The archive holds every event once, however often it is copied, and by whichever version."""

from typing import Any

import orjson
from sqlalchemy import func, select

from runtime.conversation import handle
from runtime.db import transaction
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import events_of, place_of
from runtime.tables import EventRow
from runtime.tasks.archive import ARCHIVED, archive, write_events


def _rows(services: Services) -> list[EventRow]:
    with transaction(services.engine, writes=False) as database:
        return sorted(database.scalars(select(EventRow)).all(), key=lambda row: place_of(row.id))


async def test_all_that_a_turn_brought_about_is_copied_in_order(services: Services) -> None:
    for number in range(5):
        await handle(services, Message("v", text="你好", id=str(number)))
    entries: Any = await services.redis.xrange(keys.EVENTS)
    assert len(entries) == 5
    events = [event for entry in entries for _name, event in events_of(*entry)]
    assert await archive(services) == len(events)
    rows = _rows(services)
    assert [(row.name, row.visitor, row.data) for row in rows] == [
        (event["name"], event["visitor"], event["data"]) for event in events
    ]
    assert [row.text for row in rows if row.name == "message"] == ["你好"] * 5
    assert sorted(row.id for row in rows) == [row.id for row in rows], "texts sort alike"


async def test_what_was_copied_is_copied_once(services: Services) -> None:
    for number in range(5):
        await handle(services, Message("v", text="你好", id=str(number)))
    entries: Any = await services.redis.xrange(keys.EVENTS)
    write_events(services.engine, entries[:3])
    write_events(services.engine, entries[2:])
    many = len(_rows(services))
    await archive(services)
    await services.redis.xgroup_destroy(keys.EVENTS, ARCHIVED.group)
    await archive(services)
    assert len(_rows(services)) == many


async def test_an_entry_of_the_version_before_is_one_event(services: Services) -> None:
    old = {"name": "clicked", "visitor": "v", "at": 1.0, "data": {"script": "offer"}}
    await services.redis.xadd(keys.EVENTS, {"e": orjson.dumps(old)})
    assert await archive(services) == 1
    (row,) = _rows(services)
    assert (row.name, row.release, row.data) == ("clicked", 0, {"script": "offer"})


async def test_what_was_copied_leaves_the_stream_and_nothing_else_does(services: Services) -> None:
    for number in range(250):
        await handle(services, Message(f"v{number}", text="你好"))
    redis = services.redis
    await redis.xgroup_create(keys.EVENTS, ARCHIVED.group, id="0")
    await redis.xreadgroup(ARCHIVED.group, "another", {keys.EVENTS: ">"}, count=5)
    await archive(services)
    assert await redis.xlen(keys.EVENTS) == 250, "another one holds the first five"
    entries: Any = await redis.xrange(keys.EVENTS, count=5)
    write_events(services.engine, entries)
    await redis.xack(keys.EVENTS, ARCHIVED.group, *(entry_id for entry_id, _ in entries))
    await handle(services, Message("v", text="你好"))
    await archive(services)
    assert await redis.xlen(keys.EVENTS) < 110, "whole pieces of a hundred go"
    with transaction(services.engine, writes=False) as database:
        messages = select(func.count()).where(EventRow.name == "message")
        assert database.scalar(messages) == 251
