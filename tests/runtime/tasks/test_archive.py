"""The archive holds every event once, however often it is copied, and by whichever version."""

import asyncio
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from runtime.conversation import handle
from runtime.db import transaction
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import events_of, place_of
from runtime.tables import EventRow
from runtime.tasks.archive import archive, write_events


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
    await archive(services)
    assert len(_rows(services)) == many


async def test_an_entry_of_the_version_before_is_one_event(services: Services) -> None:
    old = {"name": "clicked", "visitor": "v", "at": 1.0, "data": {"script": "offer"}}
    await services.redis.xadd(keys.EVENTS, {"e": orjson.dumps(old)})
    assert await archive(services) == 1
    (row,) = _rows(services)
    assert (row.name, row.release, row.data) == ("clicked", 0, {"script": "offer"})


async def test_what_was_copied_leaves_the_stream_and_nothing_else_does(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        await handle(services, Message(f"v{number}", text="你好"))
    first: Any = await services.redis.xrange(keys.EVENTS, count=20)
    monkeypatch.setattr("runtime.tasks.archive.BATCH", 20)

    def once(*given: Any) -> Any:
        monkeypatch.setattr("runtime.tasks.archive.write_events", dies)
        return write_events(*given)

    def dies(*_given: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr("runtime.tasks.archive.write_events", once)
    with pytest.raises(RuntimeError):
        await archive(services)
    left: Any = await services.redis.xrange(keys.EVENTS)
    assert len(left) == 30
    assert left[0][0] > first[-1][0]
    monkeypatch.undo()
    await handle(services, Message("v", text="你好"))
    await archive(services)
    assert await services.redis.xlen(keys.EVENTS) == 0
    with transaction(services.engine, writes=False) as database:
        messages = select(func.count()).where(EventRow.name == "message")
        assert database.scalar(messages) == 51


async def test_two_that_copy_at_once_copy_once(services: Services) -> None:
    for number in range(30):
        await handle(services, Message(f"v{number}", text="你好"))
    await asyncio.gather(archive(services), archive(services))
    with transaction(services.engine, writes=False) as database:
        messages = select(func.count()).where(EventRow.name == "message")
        assert database.scalar(messages) == 30
    assert await services.redis.xlen(keys.EVENTS) == 0
