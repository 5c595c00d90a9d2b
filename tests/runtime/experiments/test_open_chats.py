"""Fifty chats stay open while a canary goes from 1 % to the switch, and while another goes back."""

from collections import Counter

import pytest

from flows.experiments import Experiment
from runtime.conversation import handle
from runtime.experiments.beginning import begin
from runtime.experiments.runs import runs, set_shares
from runtime.experiments.steering import steer
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from tests.workspaces import publish_files

OLD, NEW = "没听懂", "请换个说法"
TEXT = f"script: lost\nvariants: {{a: {{text: {{zh-CN: {OLD}}}}}, b: {{text: {{zh-CN: {NEW}}}}}}}\n"
CANARY = Experiment("lost", "lost", arms=("a", "b"), mode="canary")
OPEN = [f"open{n}" for n in range(50)]


async def _chat(services: Services, visitor: str) -> str:
    """Write what nobody understands; gives the wording of the answer."""
    if not (await services.sessions.load(visitor)).session.flow:
        await handle(services, Message(visitor, "rest", "你好"))
    answer = await handle(services, Message(visitor, "rest", "呜啦啦"))
    return answer.replies[0].text


async def _earn(services: Services, run: str, orders: dict[str, int]) -> None:
    """Count a thousand visitors of each arm in this hour, and their orders."""
    hour = int(services.now() // 3600)
    for arm, many in orders.items():
        counts = {f"{arm}|{hour}|exposures": 1000, f"{arm}|{hour}|orders0": many}
        await services.redis.hset(keys.hours(run), mapping=counts)


@pytest.mark.parametrize(
    ("orders", "ends"), [({"a": 60, "b": 100}, "switched"), ({"a": 60, "b": 15}, "rolled_back")]
)
async def test_open_chats_keep_their_wording_whatever_becomes_of_it(
    services: Services, orders: dict[str, int], ends: str
) -> None:
    await publish_files(services, {"scripts/lost.yaml": TEXT})
    run = await begin(services, CANARY, "a@b")
    start, states, shares = services.now(), [], []
    # All come on the first day, for once half and half, so that both wordings are in open chats.
    await set_shares(services, run, {"a": 0.5, "b": 0.5}, {})
    met = {visitor: await _chat(services, visitor) for visitor in OPEN}
    assert min(Counter(met.values()).values()) > 12
    await set_shares(services, run, {"a": 0.99, "b": 0.01}, {})
    for day in range(9):
        services.clock = lambda now=start + day * 86400 + 60: now
        await _earn(services, run, orders)
        await steer(services)
        row = runs(services.engine)[0]
        states.append(row.state)
        shares.append(row.shares["b"])
        if day < 3:  # A session lasts 72 hours without a word; these go on talking.
            assert {visitor: await _chat(services, visitor) for visitor in OPEN} == met
    assert states[-1] == ends
    assert {visitor: await _chat(services, visitor) for visitor in OPEN} == met
    fresh = Counter([await _chat(services, f"fresh{n}") for n in range(60)])
    if ends == "switched":
        assert shares[:5] == [0.01, 0.05, 0.1, 0.25, 0.5]
        assert fresh[NEW] > 48
    else:
        assert fresh == {OLD: 60}
