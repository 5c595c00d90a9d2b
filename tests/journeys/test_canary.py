"""A canary goes from 1 % to the switch, and another one back, while fifty chats stay open.

All of it through the real runtime: web processes, worker, Celery and Valkey on a clock that is
turned on by hours; visitors over HTTP and WebSockets; the steering is the installation's own.
"""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from redis import Redis

from runtime.engine.canary import HARM, LEAST_SHOWN, STAGES, must_go_back
from runtime.engine.sequential import ALPHA, Lift, lift, likelihood
from runtime.settings import Settings
from tests.clock import CAN_BE_TURNED, Clock
from tests.installation import Installation
from tests.journeys.canaries import NEW, OLD, Shop, figures, start_canary, write_files

pytestmark = pytest.mark.skipif(not CAN_BE_TURNED, reason="there is no C compiler")
OPEN = {"old": 35, "new": 15}
PER_HOUR = {0.01: 125, 0.05: 40, 0.1: 20, 0.25: 10, 0.5: 12}
"""Fresh visitors, by the share of the new wording: enough that twenty a day meet it."""
MOST_DAYS = 12


class Watched(Shop):
    """A shop with its canary, looked at from outside."""

    @property
    def state(self) -> str:
        """Give the state of the run."""
        return str(self.query("select state from experiments").iloc[0, 0])

    @property
    def share(self) -> float:
        """Give the share of the new wording that is in force for turns."""
        with Redis.from_url(Settings(data=self.installation.data / "var").redis) as redis:
            return float(json.loads(redis.hget("running", "wish") or b"{}")["shares"]["new"])

    def steps(self) -> pd.DataFrame:
        """Give what changed in the run: when, what, and the share of the new wording then."""
        found = self.query("select at, what, shares, inputs from experiment_steps order by id")
        found["share"] = [json.loads(shares)["new"] for shares in found.shares]
        found["inputs"] = found.inputs.map(json.loads)
        return found

    async def until(self, holds: Callable[[], bool], seconds: float) -> float:
        """Chat on until something holds; gives how long that took."""
        began = time.monotonic()
        while not holds():
            assert time.monotonic() - began < seconds, self.steps()
            await self.chat()
        return time.monotonic() - began

    def recount(self) -> pd.DataFrame:
        """Count from the archive alone what each arm was shown and earned."""
        words = "select id, name, visitor, data from events where name in ('exposed', 'converted')"
        events = self.query(words)
        said = pd.json_normalize(list(map(json.loads, events.data)))
        events = events.join(said[["run", "variant", "order", "value"]])
        events = events[events.run == "wish#1"]
        met = events[events.name == "exposed"]
        bought = events[events.name == "converted"].drop_duplicates("order")
        assert met.visitor.is_unique
        assert dict(zip(met.visitor, met.variant, strict=True)) == self.seen
        assert sorted(bought.visitor) == sorted(self.buys)
        found = {"shown": met.groupby("variant").size(), "orders": bought.groupby("variant").size()}
        found["revenue"] = bought.groupby("variant").value.sum()
        return pd.DataFrame(found).astype(float)

    def figures_are_right(self) -> None:
        """Compare what the page says with what the archive tells, once that has it all."""
        until = time.monotonic() + 30
        words = "select count(*) from events where name = 'exposed' and data ->> 'run' != ''"
        while int(self.query(words).iloc[0, 0]) < len(self.seen):
            assert time.monotonic() < until
            time.sleep(0.3)
        found, right = figures(self.installation), self.recount()
        pd.testing.assert_frame_equal(
            found.sort_index(), right.sort_index(), check_names=False, check_like=True
        )


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Watched]:
    clock, installation = Clock(tmp_path), Installation(tmp_path)
    installation.run("import", str(write_files(tmp_path / "workspace")), "--publish")
    installation.environment |= clock.environment | {"DIALOOM_WEIGHTS_SECONDS": "1"}
    installation.start()
    found = Watched(installation, clock)
    try:
        start_canary(installation)
        yield found
    finally:
        await found.close()
        installation.stop()


async def pass_hours(shop: Watched, hours: int) -> None:
    """Let hours pass, with as many fresh visitors as this stage wants, and chats going on."""
    many = PER_HOUR[shop.share]
    for hour in range(hours):
        await shop.hour(many)
        if hour % 6 == 0:
            await shop.chat()


async def test_a_canary_that_earns_more_is_switched_to_and_no_chat_breaks(shop: Watched) -> None:
    shop.rates = {"old": 0.1, "new": 0.3}
    await pass_hours(shop, 21)
    await shop.open_chats(OPEN)
    await pass_hours(shop, 3)
    for stage in STAGES[1:]:
        await shop.until(lambda stage=stage: shop.share == stage, 20)
        await pass_hours(shop, 24)
    await pass_hours(shop, 48)
    assert shop.state == "running"
    await shop.until(lambda: shop.state == "switched" and shop.share == 0.95, 20)

    steps = shop.steps()
    assert list(steps.what) == ["began", *["shares"] * 4, "switched"]
    assert list(steps.share) == [*STAGES, 0.95]
    assert all(np.diff(steps["at"])[:4] >= 86400)
    assert steps["at"].iloc[-1] - steps["at"].iloc[0] >= 7 * 86400
    shown = np.diff([0, *(inputs["exposures"][1] for inputs in steps.inputs[1:])])
    assert all(shown >= LEAST_SHOWN)
    assert min(steps.inputs.iloc[-1]["hits"]) >= 100

    fresh = Counter(await shop.fresh(400))
    assert 0.92 < fresh["new"] / 400 < 0.98
    await chat_on(shop, days=2)
    shop.figures_are_right()


async def test_a_canary_that_does_harm_goes_back_within_a_minute_and_no_chat_breaks(
    shop: Watched,
) -> None:
    shop.rates = {"old": 0.2, "new": 0.05}
    await pass_hours(shop, 21)
    await shop.open_chats(OPEN)
    evident = 0.0
    for _hour in range(24 * MOST_DAYS):
        if shop.share == 0.0 or must_go_back(evidence(shop)):
            evident = shop.clock.now()
            break
        await pass_hours(shop, 1)
    await shop.until(lambda: shop.state == "rolled_back" and shop.share == 0.0, 60)
    steps = shop.steps()
    assert steps["at"].iloc[-1] - evident < 60
    last = steps.inputs.iloc[-1]
    assert last["why"] == "worse"
    assert last["worse"] >= HARM

    assert Counter(await shop.fresh(200)) == {"old": 200}
    await chat_on(shop, days=2)
    shop.figures_are_right()


def evidence(shop: Watched) -> Lift:
    """Work out what was to be seen so far from what visitors did, hour by hour."""
    shown, hits = (
        np.array([[hour[what][arm] for hour in shop.hours] for arm in OPEN], float)
        for what in (0, 1)
    )
    common = hits.sum() / shown.sum()
    return lift(likelihood(hits[0], shown[0], hits[1], shown[1]), float(common), ALPHA)


async def chat_on(shop: Watched, days: int) -> None:
    """Let everybody chat on for days after it is decided."""
    for _quarter in range(4 * days):
        shop.clock.turn(6 * 3600)
        await shop.chat()
    assert {chat.wording for chat in shop.open} == {OLD, NEW}
    assert len(shop.open) == 50
