"""What a dead worker had in hand is given to the next one at once; what a living one has is not."""

import os
import subprocess

from runtime.services import Services
from runtime.store.streams import Share, ensure_group, leave_for_others, waiting_entries
from runtime.tasks.worker import _HERE, _is_gone

SHARE = Share("outbox", "relay", lying_ms=60_000)


async def test_only_of_the_dead_is_anything_taken(services: Services) -> None:
    redis, me = services.redis, f"{_HERE}{os.getpid()}-9"
    process = subprocess.Popen(["true"])
    process.wait(10)
    others = {
        "dead": f"{_HERE}{process.pid}-1",
        "before me": f"{_HERE}{os.getpid()}-1",
        "alive": f"{_HERE}{os.getppid()}-1",
        "elsewhere": f"worker-elsewhere-{process.pid}-1",
        "me": me,
    }
    await ensure_group(redis, SHARE)
    for holder, consumer in others.items():
        await redis.xadd("outbox", {"e": holder})
        await waiting_entries(redis, SHARE, consumer, 1, 10)
    assert await waiting_entries(redis, SHARE, "new", 9, 10) == []

    await leave_for_others(redis, SHARE, lambda name: _is_gone(name, me))
    found = [fields[b"e"] for _id, fields in await waiting_entries(redis, SHARE, "new", 9, 10)]
    assert sorted(found) == [b"before me", b"dead"]
    names = {row["name"].decode() for row in await redis.xinfo_consumers("outbox", "relay")}
    assert names >= {others["alive"], others["elsewhere"], me}
    assert not names & {others["dead"], others["before me"]}
