"""The path of one message: gather, advance, perform, commit. Start reading here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime import metering
from runtime.engine.session import Session
from runtime.errors import SessionBusy
from runtime.messages import Message, Reply, checked, reply_of
from runtime.nlu.understand import hear
from runtime.nlu.understanding import NOBODY, Understanding
from runtime.perform import plan
from runtime.releases import Release
from runtime.services import Services
from runtime.store.sessions import Seen
from runtime.thinking import Moment, think

MOST_TRIES = 12  # Two tabs can race, and ten copies of one message; more is something else.


ASK_AGAIN = 0.05


@dataclass(frozen=True)
class Answer:
    """What a message was answered with, and where the visitor stands now.

    `lines` are those of the log that the turn wrote; of a repeated message, what it was answered.
    """

    lines: Sequence[dict[str, Any]]
    session: Session
    repeated: bool = False

    @property
    def said(self) -> list[dict[str, Any]]:
        """Give the lines that the visitor is answered with."""
        return [line for line in self.lines if line["from"] != "visitor"]

    @property
    def replies(self) -> list[Reply]:
        """Give what the visitor is answered."""
        return [reply_of(line) for line in self.said]


class _Nobody:
    """Watches a turn that nobody watches."""

    def passed(self, hop: str) -> None:
        """Take no note."""


_NOBODY = _Nobody()


async def handle(services: Services, message: Message) -> Answer:
    """Answer one message; when the session moved on meanwhile, answer it from where it is now."""
    message, way = checked(message), metering.watched() or _NOBODY
    for attempt in range(MOST_TRIES):
        seen = await services.sessions.load(message.visitor, message.id)
        if seen.replies is not None:  # A repeated message gets the answer it got.
            return Answer(seen.replies, seen.session, repeated=True)
        way.passed("load")
        release = await _release_for(services, seen)
        way.passed("release")
        moment = await _moment(services, release, seen, message)
        way.passed("understand")
        thought = think(release, seen.session, moment)
        way.passed("think")
        commit = plan(seen.session, thought, message, services.now())
        way.passed("plan")
        if await services.sessions.commit(seen, commit, message.id):
            way.passed("commit")
            is_lost = commit.session.fallbacks > seen.session.fallbacks
            metering.turn(message.kind, message.channel, is_lost)
            return Answer(commit.lines, commit.session)
        await asyncio.sleep(services.dice.random() * 0.004 * attempt)
    raise SessionBusy(message.visitor)


async def say_on(services: Services, answer: Answer, patience: float) -> list[dict[str, Any]]:
    """Wait until no other system is being asked any more; gives the lines said meanwhile.

    For channels that hear only what they are answered at once. `patience` in seconds.
    """
    until, session = services.now() + patience, answer.session
    while session.asked and services.now() < until:
        await asyncio.sleep(ASK_AGAIN)
        session = (await services.sessions.load(session.visitor)).session
    lines = await services.sessions.lines_after(session.visitor, answer.session.seq)
    return [line for line in lines if line["from"] != "visitor"]


async def _release_for(services: Services, seen: Seen) -> Release:
    """Give the release a session is pinned to; one that is gone is replaced by the live one."""
    number = seen.session.release or seen.current
    return await services.releases.get(number)


async def _moment(services: Services, release: Release, seen: Seen, message: Message) -> Moment:
    found = Understanding(engine=NOBODY)
    if message.kind == "message" and message.text and not seen.session.desk:
        found = await hear(
            services.rasa, release.model, release.taught, message.text, release.entities
        )
    return Moment(message, services.now(), services.local_time(), found, seen.weights, seen.running)
