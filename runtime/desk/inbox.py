"""The thin inbox: who waits for a person, what was said, reply, hand back."""

from dataclasses import dataclass

from runtime.conversation import Answer, handle
from runtime.messages import Message, Reply, reply_of
from runtime.services import Services

MOST_SHOWN = 100


@dataclass(frozen=True)
class Waiting:
    """A visitor at the desk. `since` is seconds since 1970, `state` is waiting or agent."""

    visitor: str
    since: float
    state: str
    queue: str
    reason: str
    agent: str
    last: str
    name: str
    urgent: bool = False


async def at_desk(services: Services) -> list[Waiting]:
    """List who waits for a person or talks to one, urgent ones and then the longest first."""
    rows = []
    for visitor, since in (await services.sessions.at_desk())[:MOST_SHOWN]:
        seen = await services.sessions.load(visitor)
        session = seen.session
        if not session.desk:  # The session expired meanwhile.
            await services.sessions.leave_desk(visitor)
            continue
        said = await services.sessions.lines_after(visitor, session.seq - 10)
        own = [line.get("text", "") for line in said if line["from"] == "visitor"]
        name = str(session.profile.get("visitor.name", ""))
        last = own[-1] if own else ""
        place = (session.desk, session.queue, session.reason, session.agent)
        rows.append(Waiting(visitor, since, *place, last, name, session.urgent))
    return sorted(rows, key=lambda row: (not row.urgent, row.since))


async def conversation(services: Services, visitor: str) -> tuple[list[Reply], str, str]:
    """Give the whole log of a visitor, and who answers now."""
    seen = await services.sessions.load(visitor)
    lines = await services.sessions.lines_after(visitor, 0)
    return [reply_of(line) for line in lines], seen.session.desk, seen.session.agent


async def take(services: Services, visitor: str, agent: str) -> Answer:
    """Take a visitor over."""
    return await handle(services, _from_desk(visitor, "agent_takes", agent))


async def reply(services: Services, visitor: str, agent: str, said: tuple[str, str]) -> Answer:
    """Say something to a visitor; `said` is text and message id. The first word takes them over."""
    text, message_id = said
    await take(services, visitor, agent)
    data = {"agent": agent}
    message = Message(visitor, "desk", text, message_id, kind="agent_says", data=data)
    return await handle(services, message)


async def hand_back(services: Services, visitor: str, agent: str) -> Answer:
    """Give the conversation back to its flow."""
    return await handle(services, _from_desk(visitor, "hand_back", agent))


def _from_desk(visitor: str, kind: str, agent: str) -> Message:
    return Message(visitor, "desk", kind=kind, data={"agent": agent})
