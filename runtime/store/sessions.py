"""Load and commit a visitor's session: one round trip each, and the one Lua script of a turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from runtime.clock import SteadyClock
from runtime.engine.experiments import Running, read_running
from runtime.engine.session import Session, come_back, from_values, lasting_of, to_json
from runtime.store import keys
from runtime.store.batches import Batches

Count = tuple[str, str, float]
Timer = tuple[str, str, int]
_SCRIPT = Path(__file__).with_name("commit.lua").read_text("ascii")


@dataclass(frozen=True)
class Seen:
    """What a turn starts from. `replies` is set when this message id was answered before."""

    version: str
    session: Session
    replies: list[dict[str, Any]] | None
    current: int
    weights: Mapping[str, Mapping[str, float]]
    running: Mapping[str, Running] = field(default_factory=dict)


@dataclass
class Commit:
    """Everything one turn leaves behind; all of it happens, or nothing."""

    session: Session
    lines: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    arm: list[Timer] = field(default_factory=list)
    disarm: list[tuple[str, str]] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    once: list[dict[str, Any]] = field(default_factory=list)
    undo: list[dict[str, Any]] = field(default_factory=list)
    desk: str = ""
    now: float = 0.0


class Sessions:
    """The sessions of all visitors, in Redis."""

    def __init__(self, redis: Redis, clock: SteadyClock | None = None) -> None:
        self._redis, self._clock = redis, clock or SteadyClock()
        self._batches = Batches(redis)
        self._commit = redis.register_script(_SCRIPT)

    async def load(self, visitor: str, message_id: str = "") -> Seen:
        """Load a visitor's session, and the replies when this message was answered before."""
        names = (keys.CURRENT, keys.done(visitor, message_id), keys.lasting(visitor))
        answers = await self._batches.run(
            ("HMGET", keys.session(visitor), "v", "d"),
            ("MGET", *names, self._clock.key),
            ("HGETALL", keys.WEIGHTS),
            ("HGETALL", keys.RUNNING),
        )
        (version, stored), (current, done, lasting, clock), weights, running = answers
        self._clock.learn(clock)
        if stored:
            session = from_values(orjson.loads(stored))
        else:
            session = come_back(visitor, orjson.loads(lasting)) if lasting else Session(visitor)
        return Seen(
            (version or b"0").decode(),
            session,
            orjson.loads(done) if done and message_id else None,
            int(current or 0),
            {script.decode(): orjson.loads(value) for script, value in weights.items()},
            {script.decode(): read_running(orjson.loads(one)) for script, one in running.items()},
        )

    async def commit(self, seen: Seen, commit: Commit, message_id: str) -> bool:
        """Commit a turn; False when the session moved on or the message was answered meanwhile."""
        visitor = commit.session.visitor
        lasting = lasting_of(commit.session)
        is_new = seen.version == "0" or lasting != lasting_of(seen.session)
        bot = [line for line in commit.lines if line["from"] != "visitor"]
        said = {
            "version": seen.version,
            "session": to_json(commit.session),
            "replies": orjson.dumps(bot).decode(),
            "lasting": orjson.dumps(lasting).decode() if is_new else "",
            "lasting_ttl": keys.LASTING_TTL,
            "lines": _dumped(commit.lines),
            "events": _dumped(commit.events),
            "outbox": _dumped(commit.outbox),
            "requests": _dumped(commit.requests),
            "hooks": _dumped(commit.hooks),
            "notices": _dumped(commit.notices),
            "arm": commit.arm,
            "disarm": commit.disarm,
            "counts": commit.counts,
            "once": commit.once,
            "undo": commit.undo,
            "desk": commit.desk,
            "visitor": visitor,
            "now": commit.now,
            "ttl": keys.SESSION_TTL,
            "done_ttl": keys.SESSION_TTL if message_id else 0,
            "most_lines": keys.MOST_LINES,
            "most_events": keys.MOST_EVENTS,
            "most_notices": keys.MOST_NOTICES,
        }
        names = [keys.session(visitor), keys.log(visitor), keys.done(visitor, message_id)]
        names.append(keys.lasting(visitor))
        stored = orjson.dumps(said)
        try:
            sha = self._commit.sha
            (outcome,) = await self._batches.run(("EVALSHA", sha, len(names), *names, stored))
        except NoScriptError:  # A Redis that was started anew: this loads it.
            outcome = await self._commit(keys=names, args=[stored])
        return bool(outcome == 1)

    async def lines_after(self, visitor: str, seq: int) -> list[dict[str, Any]]:
        """Give the lines of the log that came after a sequence number."""
        raw: Any = await self._redis.lrange(keys.log(visitor), 0, -1)
        lines = [orjson.loads(line) for line in raw]
        return [line for line in lines if line["seq"] > seq]

    async def at_desk(self) -> list[tuple[str, float]]:
        """Name the visitors who wait for a person or talk to one, longest first."""
        rows: Any = await self._redis.zrange(keys.DESK, 0, -1, withscores=True)
        return [(visitor.decode(), float(since)) for visitor, since in rows]

    async def leave_desk(self, visitor: str) -> None:
        """Take a visitor off the desk whose session is gone."""
        await self._redis.zrem(keys.DESK, visitor)


def _dumped(values: list[dict[str, Any]]) -> list[str]:
    return [orjson.dumps(value).decode() for value in values]
