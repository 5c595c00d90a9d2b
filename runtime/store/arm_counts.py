"""Exposures, clicks and orders per variant, in all and by the hour, and the weights earned by them.

All counts are written by the commit of the turn that brought them about, so none is lost and none
counts twice. `counts_after` says which; from the archived events the same can be counted again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import orjson
from redis.asyncio import Redis

from runtime.engine import delays
from runtime.engine.bandits import ArmCount, Cohorts
from runtime.store import keys

Counts = dict[str, ArmCount]
Count = tuple[str, str, float]
"""A hash, a field of it, and by how much that grows."""
HOUR = 3600.0
KEPT = 28 * 24
"""Hours that are remembered one by one."""


def counts_after(name: str, said: Mapping[str, Any], at: float) -> list[Count]:
    """Give what an event of the log counts: `exposed`, `clicked` or `converted`, at a time."""
    script, variant, since = said["script"], said["variant"], float(said.get("since") or at)
    whole, hourly = keys.arms(script), keys.hours(script)
    hour = f"{variant}|{int(since // HOUR)}"
    if name == "exposed":
        return [(whole, f"{variant}|exposures", 1), (hourly, f"{hour}|exposures", 1)]
    if name == "clicked":
        return [(whole, f"{variant}|clicks", 1), (hourly, f"{hour}|clicks", 1)]
    delay, value = min(int(max(at - since, 0) // HOUR), delays.HOURS - 1), float(said["value"])
    return [
        (whole, f"{variant}|orders", 1),
        (whole, f"{variant}|value", value),
        (hourly, f"{hour}|orders{delay}", 1),
        (hourly, f"{hour}|value", value),
        (hourly, f"{hour}|squares", value * value),
    ]


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
    row: Any = await redis.hgetall(keys.hours(script))
    first, places = int(now // HOUR) - KEPT + 1, {arm: i for i, arm in enumerate(arms)}
    shown, old = np.zeros((len(arms), KEPT)), []
    orders = np.zeros((len(arms), KEPT, delays.HOURS))
    for name, many in row.items():
        arm, hour, what = name.decode().rsplit("|", 2)
        if (at := int(hour) - first) < 0:
            old.append(name)
        elif arm in places and at < KEPT and what.startswith("orders"):
            orders[places[arm], at, int(what.removeprefix("orders"))] += float(many)
        elif arm in places and at < KEPT and what == "exposures":
            shown[places[arm], at] += float(many)
    if old:
        await redis.hdel(keys.hours(script), *old)
    return Cohorts(shown, orders.sum(-1), _mature(orders.sum(0), now))


async def weights_of(redis: Redis) -> dict[str, dict[str, float]]:
    """Give the weights in force, by script."""
    rows: Any = await redis.hgetall(keys.WEIGHTS)
    return {script.decode(): orjson.loads(value) for script, value in rows.items()}


async def set_weights(redis: Redis, weights: Mapping[str, Mapping[str, float]]) -> None:
    """Put new weights in force, all at once; scripts that are not named have none."""
    pipe = redis.pipeline(transaction=True)
    pipe.delete(keys.WEIGHTS)
    if weights:
        rows: dict[Any, Any] = {
            script: orjson.dumps(dict(shares)) for script, shares in weights.items()
        }
        pipe.hset(keys.WEIGHTS, mapping=rows)
    await pipe.execute()


def _mature(orders: np.ndarray[Any, np.dtype[np.float64]], now: float) -> Any:
    """Give the share of orders that must have come in, by hour, from orders by hour and delay."""
    begun = now / HOUR % 1  # So much of the newest hour is over; in the mean it is half as old.
    ages = np.maximum(np.arange(KEPT)[::-1] + begun - 0.5, begun / 2)
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
