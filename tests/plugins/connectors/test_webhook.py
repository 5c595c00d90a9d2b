"""A webhook: signed as Standard Webhooks says, whatever is answered, and through no closed door."""

import orjson
import pytest
from standardwebhooks import Webhook as Verifier

from plugins.connectors.webhook import Webhook
from runtime.errors import ConnectorFailed
from runtime.settings import Settings, signing_secret
from tests.plugins.connectors.conftest import Shop

BODY = {"type": "rule.fired", "timestamp": "2026-01-01T00:00:00Z", "data": {"rule": "大客户"}}


def test_it_is_signed_and_the_answer_is_not_read(shop: Shop, settings: Settings) -> None:
    shop.raw(b"HTTP/1.1 200 OK\r\n\r\nthank you, this is no JSON")
    secret = signing_secret(settings)
    said = {"url": shop.url, "seconds": 3, "body": BODY, "secret": secret}
    assert Webhook().call(said, "v:big:crm:1:0") == {}
    ((_path, headers, content),) = shop.asked
    assert Verifier(secret).verify(content, headers) == BODY
    assert orjson.loads(content) == BODY
    assert signing_secret(settings) == secret
    own = Settings(connector_secret="whsec_" + "A" * 32, data=settings.data)
    assert signing_secret(own) == "whsec_" + "A" * 32


def test_a_refusal_is_a_failure(shop: Shop) -> None:
    shop.status = 410
    said = {"url": shop.url, "seconds": 3, "body": BODY, "secret": ""}
    with pytest.raises(ConnectorFailed, match="410"):
        Webhook().call(said, "k")
