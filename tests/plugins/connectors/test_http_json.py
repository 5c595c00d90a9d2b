"""A business system asked in plain JSON."""

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from standardwebhooks import Webhook

from plugins.connectors.http_json import register_connectors
from runtime.errors import ConnectorFailed
from tests.plugins.connectors.conftest import Shop

ORDER = {
    "order": {
        "state": "已发货",
        "total": 19.5,
        "paid": True,
        "count": 3,
        "note": None,
        "0": "zero",
    },
    "items": [{"name": "杯子"}, {"name": "茶"}],
    "tags": ["new", 2, 2.5, False],
    "mixed": ["a", {"b": 1}],
    "none": [],
    "long": "话" * 3000,
    "many": ["话" * 1500] * 2,
}


def ask(shop: Shop, fill: Mapping[str, str], **send: Any) -> Any:
    (connector,) = register_connectors(None)  # type: ignore[arg-type]
    assert connector.key == "http_json"
    arguments = {"url": shop.url, "seconds": 5, "send": send, "fill": fill}
    return connector.call(arguments | {"visitor": "v-1", "step": "order_status.look"}, "k-1")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order.state", "已发货"),
        ("order.total", 19.5),
        ("order.paid", True),
        ("order.count", 3),
        ("order.0", "zero"),
        ("items.0.name", "杯子"),
        ("items.1.name", "茶"),
        ("tags", "new, 2, 2.5, false"),
        ("none", ""),
        ("long", "话" * 2000),
        ("many", "话" * 1500 + ", " + "话" * 498),
    ],
)
def test_a_path_fills_a_slot(shop: Shop, path: str, value: object) -> None:
    shop.answer = ORDER
    slots = ask(shop, {"found": path, "lost": "order.nowhere"})["slots"]
    assert slots == {"found": value}
    assert type(slots["found"]) is type(value)


@pytest.mark.parametrize(
    "path",
    [
        *("nothing", "order", "order.note", "order.state.x", "order.state.0", "mixed", "items"),
        *(
            "items.2.name",
            "items.-1.name",
            "items.x",
            "items.99999999",
            "",
            ".",
            "items.0",
            "items.²",
        ),
    ],
)
def test_an_answer_without_what_was_wanted_is_a_failure(shop: Shop, path: str) -> None:
    shop.answer = ORDER
    with pytest.raises(ConnectorFailed, match=f"^the answer has no {path}$"):
        ask(shop, {"found": path})


@pytest.mark.parametrize("answer", [[], "text", 3, None, {}])
def test_any_json_may_be_answered(shop: Shop, answer: object) -> None:
    shop.answer = answer
    assert ask(shop, {}) == {"slots": {}}
    with pytest.raises(ConnectorFailed, match="the answer has no a, b"):
        ask(shop, {"x": "a", "y": "b"})


def test_the_system_hears_who_and_where_and_what_is_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    monkeypatch.setenv("DIALOOM_CONNECTOR_SECRET", secret)
    ask(shop, {}, number="A17", vip=True)
    _, headers, content = shop.asked[0]
    sent = {"visitor": "v-1", "step": "order_status.look", "number": "A17", "vip": True}
    assert orjson.loads(content) == sent
    assert headers["Idempotency-Key"] == "k-1"
    assert Webhook(secret).verify(content, headers) == sent


def test_a_system_that_is_not_public_must_be_allowed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DIALOOM_CONNECTOR_HOSTS")
    with pytest.raises(ConnectorFailed, match=r"127\.0\.0\.1 is not a public address"):
        ask(shop, {})
    assert not shop.asked
