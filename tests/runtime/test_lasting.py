"""What outlives a session: caps over days, what a visitor wishes and bought; and who came back."""

from rules.model import Event
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.store.arm_counts import set_weights
from runtime.store.streams import events_of
from tests.workspaces import publish_files, script

RULE = """\
rule: advert
trigger: {event: Product Viewed}
then: [{do: send_script, script: advert}]
limits: {per_visitor: {max: 1, in: 7d}, group: marketing}
"""
BACK = """\
rule: back
trigger: {event: Cart Viewed}
when: {fact: visitor.returning, op: eq, value: true}
then: [{do: send_script, script: back}]
"""


async def _see(services: Services, name: str, at: float, **said: object) -> list[str]:
    event = Event(name, at, {"name": "Mate 60 Pro", **said})
    message = Message("v", "track", id=f"{name}{at}", kind="event", data={"event": event})
    return [one.text for one in (await handle(services, message)).replies]


async def _decisions(services: Services) -> list[dict[str, object]]:
    entries = await services.redis.xrange(keys.EVENTS)
    events = [event for entry in entries for _name, event in events_of(*entry)]
    return [event["data"] for event in events if event["name"] == "decided"]


async def _shop(services: Services) -> None:
    files = {"rules/advert.yaml": RULE, "rules/back.yaml": BACK}
    files |= {f"scripts/{key}.yaml": script(key, key) for key in ("advert", "back")}
    await publish_files(services, files)


async def test_caps_and_wishes_outlive_the_session(services: Services) -> None:
    await _shop(services)
    now = services.now()
    assert await _see(services, "Product Viewed", now) == ["advert"]
    assert await _see(services, "Cart Viewed", now) == []
    assert await services.redis.delete(keys.session("v")) == 1, "72 hours go by"
    assert await _see(services, "Product Viewed", now + 1) == []
    assert await _see(services, "Cart Viewed", now + 1) == ["back"]
    await _see(services, "identify", now + 2, opted_out=True)
    await services.redis.delete(keys.session("v"))
    session = (await services.sessions.load("v")).session
    assert session.profile["visitor.opted_out"] is True
    assert 179 * 86400 < await services.redis.ttl(keys.lasting("v")) <= 180 * 86400


async def test_every_decision_is_written_down_with_what_was_known(services: Services) -> None:
    await _shop(services)
    now = services.now()
    await _see(services, "Product Viewed", now)
    await _see(services, "Product Viewed", now + 1)
    await _see(services, "Cart Viewed", now + 2)
    first, second, third = await _decisions(services)
    assert (first["on"], first["fired"], first["drops"]) == ("Product Viewed", ["advert"], [])
    assert second["drops"] == [["advert", "capped", "visitor"]]
    assert (third["unmet"], third["facts"]) == (["back"], {"visitor.returning": False})


async def test_a_visitor_meets_the_same_wording_after_months(services: Services) -> None:
    rule = RULE.replace("max: 1, in: 7d", "max: 9, in: 7d")
    words = {key: f"{{text: {{zh-CN: {key}}}}}" for key in "abcdefgh"}
    said = "\n  ".join(f"{key}: {text}" for key, text in words.items())
    advert = f"script: advert\nweighting: bandit\nvariants:\n  {said}\n"
    await publish_files(services, {"rules/advert.yaml": rule, "scripts/advert.yaml": advert})
    now = services.now()
    first = await _see(services, "Product Viewed", now)
    for later, best in enumerate("abcdefgh", 1):
        await services.redis.delete(keys.session("v"))
        shares = {key: float(key == best) for key in words}
        await set_weights(services.redis, {"advert": shares})
        assert await _see(services, "Product Viewed", now + later) == first
