"""What must happen later: sharded sorted sets, claimed with a lease.

A claim pushes the due time forward by the lease, so a worker that dies with a timer in hand gives
it back by itself. A timer is taken off only by the commit of the turn it brought about.
"""

from redis.asyncio import Redis

from runtime.store import keys

LEASE_MS = 2_500
"""How late a timer is at most because a worker died; one that is only slow is overtaken, and finds
the generation gone."""
BATCH = 25
_CLAIM = """
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, member in ipairs(due) do redis.call('ZADD', KEYS[1], 'XX', ARGV[2], member) end
return due
"""


class Timers:
    """All armed timers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._claim = redis.register_script(_CLAIM)

    async def claim(self, now: float) -> list[tuple[str, str, int]]:
        """Claim what is due as (visitor, rule, generation); each is ours for the lease."""
        now_ms = int(now * 1000)
        claimed = []
        for shard in range(keys.TIMER_SHARDS):
            args = [now_ms, now_ms + LEASE_MS, BATCH]
            claimed += await self._claim(keys=[f"timers:{shard}"], args=args)
        timers = []
        for member in claimed:
            visitor, rule, generation = member.decode().rsplit("|", 2)
            timers.append((visitor, rule, int(generation)))
        return timers

    async def drop(self, visitor: str, rule: str, generation: int) -> None:
        """Forget a timer that finds nobody home."""
        await self._redis.zrem(keys.timers(visitor), keys.timer(visitor, rule, generation))

    async def waiting(self) -> int:
        """Count the armed timers."""
        pipe = self._redis.pipeline(transaction=False)
        for shard in range(keys.TIMER_SHARDS):
            pipe.zcard(f"timers:{shard}")
        return sum(await pipe.execute())

    async def late(self, now: float) -> float:
        """Give how many seconds the timer is late that has waited longest."""
        pipe = self._redis.pipeline(transaction=False)
        for shard in range(keys.TIMER_SHARDS):
            pipe.zrange(f"timers:{shard}", 0, 0, withscores=True)
        due = [score / 1000 for first in await pipe.execute() for _member, score in first]
        return max(round(now - min(due), 3), 0.0) if due else 0.0
