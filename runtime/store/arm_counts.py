"""Exposures, clicks and orders per variant, and the weights earned by them."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from redis.asyncio import Redis

from runtime.engine.bandits import ArmCount
from runtime.store import keys

Counts = dict[str, ArmCount]


async def counts_of(redis: Redis, scripts: Iterable[str]) -> dict[str, Counts]:
    """Give the counts of each script's variants, in one round trip."""
    names = list(scripts)
    pipe = redis.pipeline(transaction=False)
    for script in names:
        pipe.hgetall(keys.arms(script))
    rows = await pipe.execute()
    return {script: _read(row) for script, row in zip(names, rows, strict=True)}


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
