"""Load and commit a visitor's session: one round trip each, and the one Lua script of a turn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from runtime.clock import SteadyClock
from runtime.engine.experiments import Running
from runtime.engine.session import (
    Session,
    come_back,
    from_values,
    lasting_of,
    lasts_the_same,
    to_json,
)
from runtime.store import keys
from runtime.store.batches import Batches, Heard
from runtime.store.in_force import InForce

Count = tuple[str, str, float]
Timer = tuple[str, str, int]
FEW_LINES = 8
"""Lines that are looked at first, for most want only the newest."""
MOST_READ = 2_048
"""Sessions that are kept as they were read or written last."""
_LIMITS = ("SESSION_TTL", "OURS_TTL", "LASTING_TTL", "MOST_LINES", "MOST_EVENTS", "MOST_NOTICES")
_SCRIPT = reduce(
    lambda text, name: text.replace(f"${name}", str(getattr(keys, name))),
    _LIMITS,
    Path(__file__).with_name("commit.lua").read_text("ascii"),
)


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
        self._in_force = InForce(self._batches)
        self._read: dict[str, tuple[bytes, Session]] = {}
        """What was read or written lately, with what stood in Redis: the same reads the same."""

    async def load(self, visitor: str, message_id: str = "") -> Seen:
        """Load a visitor's session, and the replies when this message was answered before."""
        names = [keys.CURRENT, keys.IN_FORCE, self._clock.key, keys.lasting(visitor)]
        if message_id:
            names.append(keys.done(visitor, message_id))
        (version, stored), (current, mark, clock, lasting, *done) = await self._batches.run(
            ("HMGET", keys.session(visitor), "v", "d"), ("MGET", *names)
        )
        self._clock.learn(clock)
        weights, running = self._in_force.known(mark) or await self._in_force.read()
        return Seen(
            (version or b"0").decode(),
            self._session(visitor, stored, lasting),
            orjson.loads(done[0]) if done and done[0] else None,
            int(current or 0),
            weights,
            running,
        )

    def _session(self, visitor: str, stored: bytes | None, lasting: bytes | None) -> Session:
        if not stored:
            return come_back(visitor, orjson.loads(lasting)) if lasting else Session(visitor)
        known = self._read.get(visitor)
        if known and known[0] == stored:
            return known[1]
        session = from_values(orjson.loads(stored))
        self._remember(visitor, stored, session)
        return session

    def _remember(self, visitor: str, stored: bytes, session: Session) -> None:
        self._read.pop(visitor, None)
        self._read[visitor] = stored, session
        if len(self._read) > MOST_READ:
            self._read.pop(next(iter(self._read)))

    async def commit(self, seen: Seen, commit: Commit, message_id: str) -> bool:
        """Commit a turn; False when the session moved on or the message was answered meanwhile."""
        session = commit.session
        visitor, stored = session.visitor, to_json(session)
        names = keys.session(visitor), keys.log(visitor), keys.done(visitor, message_id)
        given = (len(names) + 1, *names, keys.lasting(visitor), seen.version, stored)
        said = _arguments(seen, commit, message_id)
        try:
            (outcome,) = await self._batches.run(("EVALSHA", self._commit.sha, *given, *said))
        except NoScriptError:  # A Redis that was started anew: this loads it.
            (outcome,) = await self._batches.run(("EVAL", _SCRIPT, *given, *said))
        if outcome == 1:
            self._remember(visitor, stored, session)
        return bool(outcome == 1)

    def listen(self, channel: str, heard: Heard, again: Callable[[], None]) -> None:
        """Call `heard` with what is published on a channel, and `again` when some was missed."""
        self._batches.listen(channel, heard, again)

    def stop_listening(self, channel: str) -> None:
        """Hear no more of a channel."""
        self._batches.stop_listening(channel)

    async def lines_after(self, visitor: str, seq: int) -> list[dict[str, Any]]:
        """Give the lines of the log that came after a sequence number."""
        (newest,) = await self._batches.run(("LRANGE", keys.log(visitor), -FEW_LINES, -1))
        lines = [orjson.loads(line) for line in newest]
        if len(lines) == FEW_LINES and lines[0]["seq"] > seq + 1:  # There are more.
            (whole,) = await self._batches.run(("LRANGE", keys.log(visitor), 0, -1))
            lines = [orjson.loads(line) for line in whole]
        return [line for line in lines if line["seq"] > seq]

    async def at_desk(self) -> list[tuple[str, float]]:
        """Name the visitors who wait for a person or talk to one, longest first."""
        rows: Any = await self._redis.zrange(keys.DESK, 0, -1, withscores=True)
        return [(visitor.decode(), float(since)) for visitor, since in rows]

    async def leave_desk(self, visitor: str) -> None:
        """Take a visitor off the desk whose session is gone."""
        await self._redis.zrem(keys.DESK, visitor)


def _arguments(seen: Seen, commit: Commit, message_id: str) -> list[Any]:
    """Give what the script takes after the version and the session, in its order."""
    lines = [orjson.dumps(line) for line in commit.lines]
    pairs = zip(lines, commit.lines, strict=True)
    bot = (line for line, said in pairs if said["from"] != "visitor")
    session = commit.session
    is_known = seen.version != "0" and lasts_the_same(seen.session, session)
    sizes = len(commit.lines), len(commit.counts), len(commit.arm), len(commit.disarm)
    said: list[Any] = [
        b"[%b]" % b",".join(bot) if message_id else "",
        "" if is_known else orjson.dumps(lasting_of(session)),
        # Whoever watches this visitor learns how far the log goes, and whether a person is there.
        f"{session.seq} {int(bool(session.desk))}",
        orjson.dumps(commit.events) if commit.events else "",
        _rest(commit),
        *sizes,
        *lines,
    ]
    for values in (*commit.counts, *commit.disarm, *commit.arm):
        said += values
    return said


def _rest(commit: Commit) -> bytes | str:
    """Give what few turns have as JSON; empty where there is nothing of it."""
    found: dict[str, Any] = {
        name: [orjson.dumps(value).decode() for value in values]
        for name in ("outbox", "requests", "hooks", "notices")
        if (values := getattr(commit, name))
    }
    found |= {name: values for name in ("once", "undo") if (values := getattr(commit, name))}
    if commit.desk:
        found["desk"] = commit.desk
    if not found:
        return ""
    return orjson.dumps(found | {"visitor": commit.session.visitor, "now": commit.now})
