"""Exposures, clicks and orders per variant, in all and by the hour, and the weights earned by them.

All counts are written by the commit of the turn that brought them about, so none is lost and none
counts twice. `counting.py` says which; from the archived events the same can be counted again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from secrets import token_hex
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from redis.asyncio import Redis
from redis.exceptions import WatchError

from runtime.engine import delays
from runtime.engine.bandits import ArmCount, Cohorts
from runtime.engine.experiments import Running
from runtime.store import keys

Counts = dict[str, ArmCount]
HOUR = 3600.0
KEPT = 28 * 24
"""Hours that are remembered one by one."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tally:
    """What arms were shown and what came of it, shape (arms, hours), from the time `begins` on.

    Beside exposures, clicks and orders: `value` of the orders, `over` the part of it beyond the cap
    of the run, `squares` of what is within; who wanted a `people`, got `angry`, met a `failed`
    system or a `slow` one, and was `resolved`; `firsts` and `first_value` credit the arm that was
    seen first. `earlier` sums the orders that visitors had before, alone, squared, and times what
    came after.
    `mature`, by hour, is as in `Cohorts`.
    """

    begins: float
    orders: Floats
    mature: Floats
    exposures: Floats
    clicks: Floats
    value: Floats
    squares: Floats
    over: Floats
    people: Floats
    angry: Floats
    failed: Floats
    slow: Floats
    resolved: Floats
    firsts: Floats
    first_value: Floats
    earlier: Floats
    earlier_squares: Floats
    earlier_orders: Floats
    earlier_value: Floats

    @property
    def within(self) -> Floats:
        """Give the value of the orders, each up to the cap."""
        return self.value - self.over

    def cohorts(self, metric: str) -> Cohorts:
        """Give what a bandit and a comparison need to know of a metric.

        Orders and revenue come late; of order values the orders are what is counted by.
        """
        if metric == "revenue":
            return Cohorts(self.exposures, self.within, self.mature, self.squares)
        if metric == "order_value":
            return Cohorts(self.orders, self.within, np.ones(len(self.mature)), self.squares)
        if metric == "orders":
            return Cohorts(self.exposures, self.orders, self.mature)
        return Cohorts(self.exposures, getattr(self, metric), np.ones(len(self.mature)))


_COUNTED = [one.name for one in fields(Tally) if one.name not in ("begins", "orders", "mature")]


async def counts_of(redis: Redis, scripts: Iterable[str]) -> dict[str, Counts]:
    """Give the counts of each script's variants, in one round trip."""
    names = list(scripts)
    pipe = redis.pipeline(transaction=False)
    for script in names:
        pipe.hgetall(keys.arms(script))
    rows = await pipe.execute()
    return {script: _read(row) for script, row in zip(names, rows, strict=True)}


async def cohorts_of(redis: Redis, script: str, arms: Sequence[str], now: float) -> Cohorts:
    """Give what each arm was shown and earned, hour by hour of the last four weeks.

    Hours that are older are forgotten on the way. How long orders take is learnt from what came.
    """
    found = await tally_of(redis, script, arms, now)
    row: Any = await redis.hkeys(keys.hours(script))
    first = int(now // HOUR) - KEPT + 1
    if old := [name for name in row if int(name.decode().rsplit("|", 2)[1]) < first]:
        await redis.hdel(keys.hours(script), *old)
    return found.cohorts("orders")


async def tally_of(
    redis: Redis, name: str, arms: Sequence[str], now: float, hours: int = KEPT
) -> Tally:
    """Give all that was counted of each arm of a script or a run, in its last hours."""
    row: Any = await redis.hgetall(keys.hours(name))
    first, places = int(now // HOUR) - hours + 1, {arm: i for i, arm in enumerate(arms)}
    shape = len(arms), hours
    orders = np.zeros((*shape, delays.HOURS))
    counts = {what: np.zeros(shape) for what in _COUNTED}
    for field, many in row.items():
        arm, hour, what = field.decode().rsplit("|", 2)
        at = int(hour) - first
        if arm in places and 0 <= at < hours and what.startswith("orders"):
            orders[places[arm], at, int(what.removeprefix("orders"))] += float(many)
        elif arm in places and 0 <= at < hours and what in counts:
            counts[what][places[arm], at] += float(many)
    mature = _mature(orders.sum(0), now)
    return Tally(first * HOUR, orders=orders.sum(-1), mature=mature, **counts)


async def weights_of(redis: Redis) -> dict[str, dict[str, float]]:
    """Give the weights in force, by script."""
    rows: Any = await redis.hgetall(keys.WEIGHTS)
    return {script.decode(): orjson.loads(value) for script, value in rows.items()}


async def set_running(redis: Redis, running: Mapping[str, Running], step: int) -> bool:
    """Put experiments in force, all at once; scripts that are not named stand in none.

    `step` is the newest that this was read from: what somebody read later is not written over.
    """
    rows: dict[Any, Any] = {script: orjson.dumps(one) for script, one in running.items()}
    async with redis.pipeline(transaction=True) as pipe:
        while True:
            try:
                await pipe.watch(keys.RUNNING_STEP)
                if int(await pipe.get(keys.RUNNING_STEP) or 0) > step:
                    return False
                pipe.multi()  # type: ignore[no-untyped-call]
                pipe.set(keys.RUNNING_STEP, step)
                pipe.delete(keys.RUNNING)
                pipe.set(keys.IN_FORCE, token_hex(8))
                if rows:
                    pipe.hset(keys.RUNNING, mapping=rows)
                await pipe.execute()
            except WatchError:
                continue
            return True


async def set_weights(redis: Redis, weights: Mapping[str, Mapping[str, float]]) -> None:
    """Put new weights in force, all at once; scripts that are not named have none."""
    pipe = redis.pipeline(transaction=True)
    pipe.delete(keys.WEIGHTS)
    pipe.set(keys.IN_FORCE, token_hex(8))
    if weights:
        rows: dict[Any, Any] = {
            script: orjson.dumps(dict(shares)) for script, shares in weights.items()
        }
        pipe.hset(keys.WEIGHTS, mapping=rows)
    await pipe.execute()


def _mature(orders: Floats, now: float) -> Floats:
    """Give the share of orders that must have come in, by hour, from orders by hour and delay."""
    begun = now / HOUR % 1  # So much of the newest hour is over; in the mean it is half as old.
    ages = np.maximum(np.arange(len(orders))[::-1] + begun - 0.5, begun / 2)
    by_age = np.zeros((delays.HOURS, delays.HOURS + 1))
    for age, came in zip(ages.astype(int), orders, strict=True):
        by_age[:, min(age, delays.HOURS)] += came
    return delays.mature(delays.curve(by_age), ages)


def _read(row: Mapping[bytes, bytes]) -> Counts:
    found: dict[str, dict[str, float]] = {}
    for name, value in row.items():
        variant, _, what = name.decode().rpartition("|")
        found.setdefault(variant, {})[what] = float(value)
    return {
        variant: ArmCount(
            int(counts.get("exposures", 0)),
            int(counts.get("clicks", 0)),
            int(counts.get("orders", 0)),
            counts.get("value", 0.0),
        )
        for variant, counts in found.items()
    }
