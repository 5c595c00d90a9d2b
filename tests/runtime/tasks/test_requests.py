"""A flow asks a real HTTP server through the worker: answered, refused, late, asked again, moved on."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from runtime.conversation import handle, say_on
from runtime.engine.advance import PATIENCE
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.streams import ensure_group
from runtime.tasks.requests import QUESTIONS, Requests
from tests.shops import Shop
from tests.workspaces import publish_files, script

FLOW = """\
flow: welcome
start: look
steps:
  look: {request: orders, send: {number: "{{ slot.nr }}", vip: true}, next: told, otherwise: sorry}
  told: {say: told, next: need}
  sorry: {say: sorry, next: need}
  need: {ask: need, choices: [{text: {zh-CN: 再查, en: Again}, next: look}], otherwise: need}
"""


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    server = Shop()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("DIALOOM_CONNECTOR_HOSTS", f"127.0.0.1:{server.server_port}")
    yield server
    server.gate.set()
    server.shutdown()
    server.server_close()


async def asking(services: Services, shop: Shop, seconds: float = 3) -> Requests:
    """Publish a flow that asks the shop, and give a worker's part that asks."""
    connector = (
        f"connector: orders\nurl: http://127.0.0.1:{shop.server_port}/orders\nseconds: {seconds}\n"
        "fill: {order_state: order.state}\n"
    )
    await publish_files(
        services,
        {
            "flows/welcome.yaml": FLOW,
            "connectors/orders.yaml": connector,
            "scripts/told.yaml": script("told", "订单{{ slot.order_state }}"),
            "scripts/sorry.yaml": script("sorry", "暂时查不到"),
        },
    )
    await ensure_group(services.redis, QUESTIONS)
    return Requests(services, "one")


async def lines(services: Services) -> list[str]:
    return [line["text"] for line in await services.sessions.lines_after("v", 0)]


async def until_said(services: Services, text: str) -> list[str]:
    for _ in range(200):
        said = await lines(services)
        if text in said:
            return said
        await asyncio.sleep(0.02)
    raise AssertionError(f"{text} was not said: {said}")


async def test_what_a_system_answers_fills_slots_and_is_said(
    services: Services, shop: Shop
) -> None:
    requests = await asking(services, shop)
    answer = await handle(services, Message("v", "rest", "你好"))
    assert (answer.replies, answer.session.step) == ([], "look")
    assert await requests.ask_once(10) == 1
    said = await until_said(services, "请问需要什么？")
    assert said == ["你好", "订单已发货", "请问需要什么？"]
    (body, key), *more = shop.asked
    assert not more
    assert key == answer.session.asked
    assert body == {"visitor": "v", "step": "welcome.look", "number": "", "vip": True}
    assert await services.redis.xlen(keys.REQUESTS) == 0


@pytest.mark.parametrize("answer", [(503, {}), (200, {"order": {}}), (200, [])])
async def test_a_system_that_fails_leads_on_by_otherwise(
    services: Services, shop: Shop, answer: tuple[int, Any]
) -> None:
    shop.answer = answer
    requests = await asking(services, shop)
    await handle(services, Message("v", "rest", "你好"))
    await requests.ask_once(10)
    assert (await until_said(services, "请问需要什么？"))[1] == "暂时查不到"


async def test_a_slow_system_holds_up_nobody_else(services: Services, shop: Shop) -> None:
    requests = await asking(services, shop, seconds=0.6)
    shop.gate.clear()
    await handle(services, Message("v", "rest", "你好"))
    assert await requests.ask_once(10) == 1
    await handle(services, Message("w", "rest", "你好"))
    assert await requests.ask_once(10) == 1
    while len(shop.asked) < 2:  # Both are being asked at once, though neither was answered.
        await asyncio.sleep(0.01)
    assert (await until_said(services, "暂时查不到"))[0] == "你好"


async def test_who_writes_on_while_a_system_is_asked_is_answered_once(
    services: Services, shop: Shop
) -> None:
    requests = await asking(services, shop)
    await handle(services, Message("v", "rest", "你好"))
    assert (await handle(services, Message("v", "rest", "在吗"))).replies == []
    await requests.ask_once(10)
    assert (await until_said(services, "请问需要什么？"))[2:] == ["订单已发货", "请问需要什么？"]


async def test_an_answer_nobody_waits_for_any_more_is_dropped(
    services: Services, shop: Shop
) -> None:
    requests = await asking(services, shop)
    await handle(services, Message("v", "rest", "你好"))
    await handle(services, Message("v", "rest", kind="human"))
    before = await lines(services)
    await requests.ask_once(10)
    while await services.redis.xlen(keys.REQUESTS):
        await asyncio.sleep(0.02)
    assert await lines(services) == before


async def test_without_any_worker_the_visitor_is_answered_when_patience_ends(
    services: Services, shop: Shop
) -> None:
    await asking(services, shop)
    now = services.now()
    services.clock = lambda: now
    await handle(services, Message("v", "rest", "你好"))
    services.clock = lambda: now + PATIENCE + 1
    answer = await handle(services, Message("v", "rest", "在吗"))
    assert [reply.text for reply in answer.replies] == ["暂时查不到", "请问需要什么？"]


async def test_a_worker_that_died_is_followed_by_one_that_asks_under_the_same_key(
    services: Services, shop: Shop
) -> None:
    await asking(services, shop)
    await handle(services, Message("v", "rest", "你好"))
    streams: dict[Any, Any] = {keys.REQUESTS: ">"}
    await services.redis.xreadgroup(QUESTIONS.group, "dead", streams, count=1)
    (entry,) = await services.redis.xpending_range(keys.REQUESTS, QUESTIONS.group, "-", "+", 1)
    await services.redis.xclaim(
        keys.REQUESTS, QUESTIONS.group, "dead", 0, [entry["message_id"]], idle=16_000
    )
    assert await Requests(services, "two").ask_once(10) == 1
    assert (await until_said(services, "请问需要什么？"))[1] == "订单已发货"


async def test_a_channel_that_hears_only_at_once_waits_for_the_answer(
    services: Services, shop: Shop
) -> None:
    requests = await asking(services, shop)
    answer = await handle(services, Message("v", "rest", "你好"))
    waiting = asyncio.create_task(say_on(services, answer, 5))
    await requests.ask_once(10)
    assert [line["text"] for line in await waiting] == ["订单已发货", "请问需要什么？"]
