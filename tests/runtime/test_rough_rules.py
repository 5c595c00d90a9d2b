"""Rules fed rubbish: events that are none, values that are too big, rule sets that are too large."""

from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from flows.conditions import AllOf, AnyOf, FactTest, Not
from migrations.run import migrate
from rules.analysis import find_all_odd
from rules.generated import Generated
from rules.judge import Judge
from rules.model import Rule, Trigger
from rules.oracle import fire
from rules.triggers import RuleSet
from runtime.compiling import compile_files
from runtime.db import open_engine
from runtime.services import Portal, Services
from runtime.settings import Settings
from runtime.store import keys
from runtime.store.streams import events_of
from runtime.web.gateway import make_gateway
from tests.workspaces import SMALL, publish_files

RULE = """\
rule: big_cart
trigger: {event: Product Added}
when: {fact: cart.total, op: gte, value: 100}
then: [{do: send_script, script: price}]
limits: {per_session: 3}
"""


@pytest.fixture
def portal(settings: Settings) -> Iterator[Portal]:
    engine = open_engine(settings.database)
    migrate(engine)
    portal = Portal(settings, engine)

    async def publish(services: Services) -> int:
        return await publish_files(services, {"rules/big_cart.yaml": RULE})

    portal.call(publish)
    yield portal
    portal.close()
    engine.dispose()


@pytest.fixture
def client(settings: Settings, portal: Portal) -> Iterator[TestClient]:
    async def nothing(scope: object, receive: object, send: object) -> None:
        raise AssertionError("the designer is not asked here")

    with TestClient(make_gateway(settings, nothing)) as client:
        yield client


def _track(client: TestClient, visitor: str = "v", **more: Any) -> int:
    call = {"anonymousId": visitor, "event": "Product Added", **more}
    content = orjson.dumps(call, option=orjson.OPT_NON_STR_KEYS)
    return client.post("/v1/track", content=content).status_code


def _profile(portal: Portal, visitor: str = "v") -> dict[str, Any]:
    async def load(services: Services) -> dict[str, Any]:
        return dict((await services.sessions.load(visitor)).session.profile)

    return portal.call(load)


def _fired(portal: Portal) -> int:
    async def count(services: Services) -> int:
        entries: Any = await services.redis.xrange(keys.EVENTS)
        events = [event for entry in entries for _name, event in events_of(*entry)]
        return sum(bool(e["data"].get("fired")) for e in events if e["name"] == "decided")

    return portal.call(count)


@pytest.mark.parametrize(
    "properties",
    [
        {"price": "abc", "quantity": []},
        {"price": {"amount": 5}, "quantity": None},
        {"price": True, "quantity": True},
        {"price": 1e308, "quantity": 10**18},
        {"price": -5, "quantity": -3},
        {"name": {"$ne": 1}, "product_id": [1, 2]},
        {"": "", "a.b": 1, "__proto__": {"x": 1}, "cart.total": 999999},
    ],
)
def test_properties_of_wrong_types_do_no_harm(
    client: TestClient, portal: Portal, properties: dict[str, Any]
) -> None:
    assert _track(client, properties=properties) == 200
    profile = _profile(portal)
    assert 0 <= profile["cart.count"] <= 10_000
    assert 0 <= profile["cart.total"] <= 1e16
    assert _track(client, properties={"price": 5}) == 200


@pytest.mark.parametrize("properties", ["text", 5, [1]])
def test_properties_that_are_none_are_refused_by_name(
    client: TestClient, properties: object
) -> None:
    call = {"anonymousId": "v", "event": "x", "properties": properties}
    answer = client.post("/v1/track", json=call)
    assert answer.status_code == 400
    assert "properties" in answer.text


@pytest.mark.parametrize(
    "when", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2099-01-01T00:00:00+14:00", "1", ""]
)
def test_a_time_long_ago_or_to_come_arms_nothing_then(
    client: TestClient, portal: Portal, when: str
) -> None:
    for sent in ({}, {"sentAt": "2026-01-01T00:00:00Z"}, {"sentAt": when}):
        assert _track(client, timestamp=when, **sent) == 200
    assert abs(_profile(portal)["seen.at"] - portal.services.now()) < 5


def test_a_repeated_event_counts_once(client: TestClient, portal: Portal) -> None:
    for _ in range(10):
        assert _track(client, messageId="same", properties={"price": 60}) == 200
    assert _profile(portal)["cart.count"] == 1
    assert _fired(portal) == 0
    assert _track(client, messageId="other", properties={"price": 60}) == 200
    assert _fired(portal) == 1


def test_properties_without_end_are_cut_or_refused(client: TestClient, portal: Portal) -> None:
    names = {f"property number {n}": n for n in range(10_000)} | {"price": 3}
    assert _track(client, properties=names) in (200, 400, 413)
    assert _track(client, properties={"text": "x" * 1_000_000}) in (400, 413)
    assert _track(client, properties={"text": "x" * 60_000, "price": 7}) == 200

    async def size(services: Services) -> int:
        stored: Any = await services.redis.hget(keys.session("v"), "d")
        return len(stored)

    assert portal.call(size) < 5_000


def _many(number: int, dice: Random) -> Rule:
    parts = (
        FactTest("cart.count", "gte", dice.randint(0, 9)),
        FactTest("page.product", "eq", f"P{dice.randint(0, 40)}"),
    )
    return Rule(f"r{number}", Trigger("Product Viewed"), AllOf(parts))


def test_two_thousand_rules_of_one_event_are_judged_as_the_oracle_does() -> None:
    dice = Random(1)
    rules = RuleSet(_many(n, dice) for n in range(2_000))
    judge = Judge.build(rules)
    for _ in range(5):
        facts = {"cart.count": dice.randint(0, 9), "page.product": f"P{dice.randint(0, 40)}"}
        assert judge.holding(rules, facts) == judge.plain(rules, facts) == fire(rules, facts)
    assert judge.counts["fell_back"] == 0
    if judge.matcher:
        judge.matcher.close()


@pytest.mark.parametrize("kind", [AllOf, AnyOf])
def test_a_rule_of_five_hundred_conditions(kind: type[AllOf] | type[AnyOf]) -> None:
    parts = tuple(FactTest("page.product", "eq", f"P{n}") for n in range(499))
    rules = [Rule("r", Trigger("page"), kind((*parts, FactTest("cart.count", "gte", 3))))]
    judge = Judge.build(rules)
    for facts in ({"cart.count": 3}, {"page.product": "P7"}, {}):
        right = fire(rules, facts)
        assert judge.holding(rules, facts) == right == Generated(rules * 4).fire(rules * 4, facts)
    odd = [finding.code for finding in find_all_odd(rules)[0]]
    assert odd == (["never_holds"] if kind is AllOf else [])


def test_conditions_nested_a_hundred_deep() -> None:
    condition: Any = FactTest("cart.count", "gte", 3)
    for _ in range(100):
        condition = Not(AllOf((condition,)))
    rules = [Rule("r", Trigger("page"), condition)]
    assert Judge.build(rules).holding(rules, {"cart.count": 3}) == {"r"}


def test_five_thousand_rules_are_read_checked_and_named() -> None:
    files = dict(SMALL)
    for n in range(5_000):
        files[f"rules/r{n}.yaml"] = (
            f"rule: r{n}\ntrigger: {{event: Product Viewed, where: {{product: P{n % 50}}}}}\n"
            f"when: {{fact: cart.count, op: gte, value: {n % 7}}}\n"
            "then: [{do: send_script, script: nobody_knows}]\nlimits: {cooldown: 1h}\n"
        )
    problems = compile_files(files).problems
    assert sum(problem.code == "unknown_script" for problem in problems) == 5_000
    assert {problem.file for problem in problems} <= set(files)
