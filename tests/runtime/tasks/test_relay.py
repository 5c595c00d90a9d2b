"""One effect that cannot be brought about keeps no other waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.model import Event
from runtime.conversation import handle
from runtime.hookspecs import Connector
from runtime.messages import Message
from runtime.services import Services
from runtime.store.streams import ensure_group
from runtime.tasks.relay import EFFECTS, relay_once
from tests.workspaces import publish_files

RULE = "rule: gift\ntrigger: {event: Gift Wanted}\nthen: [{do: push_coupon, coupon: IP15-100}]\n"


@dataclass
class Breaks:
    """A connector that cannot cope with one visitor."""

    inner: Connector
    key: str = "coupons"

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        if arguments["visitor"] == "v0":
            raise KeyError("what no connector should do")
        return self.inner.call(arguments, key)


async def test_a_connector_that_breaks_holds_up_nobody_else(services: Services) -> None:
    await publish_files(services, {"rules/gift.yaml": RULE})
    await ensure_group(services.redis, EFFECTS)
    services.connectors["coupons"] = Breaks(services.connectors["coupons"])
    for visitor in ("v0", "v1", "v2"):
        data = {"event": Event("Gift Wanted", services.now())}
        await handle(services, Message(visitor, "track", id="1", kind="event", data=data))
    assert await relay_once(services, "one") == 2
    assert await services.redis.xlen("outbox") == 1
