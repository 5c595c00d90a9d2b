"""Why a rule spoke or did not: the pages of a rule and of a visitor, from what was recorded."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from designer import drafts
from designer.cli import main
from rules.model import Event
from runtime.conversation import handle
from runtime.db import transaction
from runtime.insight.decisions import (
    KEPT,
    Decided,
    forget_decisions,
    note_decisions,
    of_rule,
    of_visitor,
)
from runtime.messages import Message
from runtime.services import Portal, Services
from runtime.settings import Settings
from runtime.store.hooks import HOOKS
from runtime.store.outbox import EFFECTS
from runtime.store.streams import ensure_group
from runtime.tables import EventRow, RuleDecision
from runtime.tasks.archive import archive
from runtime.tasks.hooks import Hooks
from runtime.tasks.relay import Relay
from tests.designer.conftest import sign_in
from tests.workspaces import publish_files, script

RULE = """\
rule: offer
name: {zh-CN: 空购物车优惠, en: Offer to an empty cart}
trigger: {event: Product Viewed}
when: {all: [{fact: cart.count, op: eq, value: 0}, {not: {fact: visitor.vip, op: eq, value: true}}]}
then: [{do: send_script, script: offer}, {do: push_coupon, coupon: IP15-100}]
limits: {per_session: 1}
"""


async def _happen(services: Services, name: str, at: float, **said: Any) -> None:
    event = Event(name, at, {"name": "iPhone15 Pro", "price": 1, **said})
    message = Message("v1", "track", id=f"{name}{at}", kind="event", data={"event": event})
    await handle(services, message)
    await asyncio.sleep(0.002)  # What happened is told apart by its milliseconds.


@pytest.fixture
def decided(portal: Portal) -> Portal:
    """Three views: it speaks, it has spoken often enough, the cart is not empty."""

    async def all_of_it(services: Services) -> None:
        files = {"rules/offer.yaml": RULE, "scripts/offer.yaml": script("offer", "送您一张券")}
        await publish_files(services, files)
        now = services.now()
        await _happen(services, "Product Viewed", now)
        await _happen(services, "Product Viewed", now + 1)
        await _happen(services, "Product Added", now + 2)
        await _happen(services, "Product Viewed", now + 3)
        await archive(services)

    portal.call(all_of_it)
    return portal


def test_each_time_says_what_became_of_it_and_what_was_found(decided: Portal) -> None:
    engine = decided.services.engine
    third, second, first = of_rule(engine, "offer")
    assert [one.outcome for one in (first, second, third)] == ["fired", "capped", "condition"]
    assert second.by == "session"
    sent = [(one.deed.do, one.state) for one in first.sent]
    assert sent == [("send_script", "done"), ("push_coupon", "waits")]
    assert third.why is not None
    assert not third.why.holds
    cart, vip = third.why.parts
    assert (cart.fact, cart.found, cart.holds, vip.holds) == ("cart.count", 1, False, True)


def test_a_coupon_that_was_given_says_so(decided: Portal) -> None:
    async def deliver(services: Services) -> None:
        await ensure_group(services.redis, EFFECTS)
        await Relay(services, "test").once(10)
        await archive(services)

    decided.call(deliver)
    said, given = of_rule(decided.services.engine, "offer")[-1].sent
    assert (given.deed.target, given.state, said.state) == ("IP15-100", "done", "done")


def test_a_moment_of_a_visitor(decided: Portal) -> None:
    engine, now = decided.services.engine, decided.services.now()
    found = of_visitor(engine, "v1", now + 60)
    assert [one.outcome for one in found if one.key == "offer"] == ["condition", "capped", "fired"]
    before = [one for one in of_visitor(engine, "v1", found[0].at) if one.key == "offer"]
    assert [one.outcome for one in before] == ["capped", "fired"]
    assert of_visitor(engine, "nobody", now + 60) == []


def test_of_every_rule_the_newest_hundred_are_kept(decided: Portal) -> None:
    engine = decided.services.engine
    with transaction(engine) as database:
        rows = [
            EventRow(
                id=f"9{n:04}-0", name="decided", visitor="v2", at=2e9 + n, data={"fired": ["offer"]}
            )
            for n in range(250)
        ]
        database.add_all(rows)
        for some in (rows[:120], rows[120:]):  # As two batches of the archive.
            note_decisions(database, [Decided(row.id, row.at, row.data) for row in some])
    forget_decisions(engine)
    with transaction(engine, writes=False) as database:
        many, oldest = (
            select(what).where(RuleDecision.rule == "offer")
            for what in (func.count(), func.min(RuleDecision.at))
        )
        assert database.scalar(many) == KEPT
        assert database.scalar(oldest) == 2e9 + 150
    assert len(of_rule(engine, "offer")) == KEPT


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "It kept quiet",
                "the cart is empty",
                "(was 1)",
                "often enough in this session",
                "It spoke",
            ],
        ),
        ("zh", ["没有说话", "购物车", "（当时是 1）", "本次会话已说够", "说话了"]),
    ],
)
def test_the_pages_say_it_in_words(
    decided: Portal, client: FlaskClient, language: str, sentences: list[str]
) -> None:
    client.get(f"/language/{language}")
    page = client.get("/rules/offer/decisions").get_data(as_text=True)
    other = client.get("/visitors/v1/decisions").get_data(as_text=True)
    for sentence in sentences:
        assert sentence in page, sentence
        assert sentence in other, sentence


def test_the_command_says_it_too(decided: Portal, settings: Settings) -> None:
    environment = {"DIALOOM_DATA": str(settings.data), "DIALOOM_REDIS_URL": settings.redis}
    for more, times in (["--visitor", "v1"], 3), ([], 3), (["--visitor", "v2"], 0):
        asked = CliRunner().invoke(main, ["rules", "explain", "offer", *more], env=environment)
        assert asked.exit_code == 0, asked.output
        assert asked.output.count("on Product Viewed") == times
        assert ("- cart.count eq 0, found 1" in asked.output) is bool(times)


def test_a_rule_that_is_none_is_refused_with_the_names_of_those_that_are(
    decided: Portal, settings: Settings
) -> None:
    environment = {"DIALOOM_DATA": str(settings.data), "DIALOOM_REDIS_URL": settings.redis}
    asked = CliRunner().invoke(main, ["rules", "explain", "nosuchrule"], env=environment)
    assert asked.exit_code == 2
    assert "There is no rule nosuchrule" in asked.output
    assert "dwell, orders" in asked.output
    never = CliRunner().invoke(main, ["rules", "explain", "orders"], env=environment)
    assert (never.exit_code, never.output) == (0, "orders was not woken lately\n")


def test_a_wait_that_was_ended_says_when_it_began_and_by_what(
    decided: Portal, client: FlaskClient, settings: Settings, tmp_path: Path
) -> None:
    events = tmp_path / "events.jsonl"
    viewed = {"event": "Product Viewed", "properties": {"name": "iPhone15 Pro"}, "at": 100}
    added = {**viewed, "event": "Product Added", "at": 100.5}
    lines = (json.dumps({"anonymousId": "v", **event}) for event in (viewed, added))
    events.write_text("\n".join(lines), "utf-8")
    environment = {"DIALOOM_DATA": str(settings.data), "DIALOOM_REDIS_URL": settings.redis}
    command = ["rules", "explain", "dwell", "--events", str(events)]
    said = CliRunner().invoke(main, command, env=environment)
    assert "it began at 100 and Product Added ended it after 0.5 s" in said.output
    events.write_text(events.read_text("utf-8").splitlines()[0], "utf-8")
    said = CliRunner().invoke(main, command, env=environment)
    assert "would be due after 1 s" in said.output

    async def end_it(services: Services) -> None:
        await _happen(services, "Product Viewed", services.now() + 4)
        await _happen(services, "Product Added", services.now() + 4.5)
        await archive(services)

    decided.call(end_it)
    page = client.get("/visitors/v1/decisions", headers={"Accept-Language": "en"}).text
    assert "this ended it: visitor: puts a product into the cart" in page


NESTED = """\
rule: nested
trigger: {event: Product Viewed}
when: {all: [{not: {any: [{fact: cart.count, op: eq, value: 3}, {fact: page.product, op: eq, value: iPhone15 Pro}]}}]}
then: [{do: notify, text: hey}]
"""
EITHER = """\
rule: either
trigger: {event: Product Viewed}
when: {any: [{fact: cart.count, op: eq, value: 3}, {fact: order.count, op: gt, value: 1}]}
then: [{do: notify, text: hey}]
"""
TELLING = """\
rule: telling
trigger: {event: Product Viewed}
then: [{do: webhook, connector: crm}, {do: notify, text: 看一下}, {do: set, tag: seen}]
"""


def test_it_names_the_test_that_failed_however_deep_and_why_a_system_did_not_take_it(
    portal: Portal, client: FlaskClient
) -> None:
    connector = "connector: crm\nurl: http://10.0.0.1/told\nseconds: 1\n"
    rules = {"nested": NESTED, "either": EITHER, "telling": TELLING}
    files = {f"rules/{key}.yaml": text for key, text in rules.items()}
    files["connectors/crm.yaml"] = connector
    drafts.save(portal.services.engine, drafts.Author("a", "x", "x"), dict(files), {})

    async def all_of_it(services: Services) -> None:
        await publish_files(services, files)
        await ensure_group(services.redis, HOOKS)
        await _happen(services, "Product Viewed", services.now())
        await Hooks(services, "one").tell_once()
        await archive(services)

    portal.call(all_of_it)
    page = client.get("/visitors/v1/decisions", headers={"Accept-Language": "en"}).text
    assert "“not (product being viewed is iPhone15 Pro)” did not hold (was iPhone15 Pro)" in page
    assert "none of these held: “pieces in the cart is 3” (was 0), “number of orders" in page
    assert "being told" not in page
    assert "crm did not take it yet: " in page
    assert "tell the agents: “看一下”: done" in page
    assert "tag the visitor as “seen”: done" in page
    told = client.get("/rules/telling/decisions", headers={"Accept-Language": "en"}).text
    assert "crm did not take it yet: " in told


def test_who_may_not_answer_does_not_see_a_visitor(decided: Portal, app: Flask) -> None:
    client = sign_in(app, "operator")
    assert client.get("/rules/offer/decisions").status_code == 200
    assert client.get("/visitors/v1/decisions").status_code == 403
    assert client.get("/rules/there-is-none/decisions").status_code == 404
