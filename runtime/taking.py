"""Takes what reaches us: answers it at once, or keeps it while Redis does not answer.

Whoever is told that a message was taken can rely on it: it is committed, or on this machine's disk
and answered in its turn once Redis is back (`runtime/tasks/spooled.py`).
"""

import asyncio
from itertools import count
from uuid import uuid4

from redis.exceptions import RedisError

from flows.frozen import replace
from runtime import metering
from runtime.conversation import Answer, handle
from runtime.errors import NoRoom, NothingPublished, TooMany
from runtime.messages import Message, checked
from runtime.services import Services
from runtime.store import keys

PATIENCE = 1.0
"""Seconds that a message waits for Redis before it is kept."""
MOST_EVENTS, MOST_MESSAGES = 1_000, 4_000
"""So many may be under way in one process; events are turned away first, messages last."""
AWAY = 1.0
"""Seconds that Redis is taken for gone after it did not answer; nobody waits for it meanwhile."""
_HERE, _numbers = uuid4().hex, count()
LATER = {
    "zh": "已收到您的消息，稍后回复您。",
    "en": "We have your message and will answer in a moment.",
}


async def take(services: Services, message: Message) -> Answer | None:
    """Answer a message; None when it is kept, and answered later.

    TooMany or NoRoom when it was not taken, and is to be sent again in a while.
    """
    message = checked(message)
    if not message.id:  # Asked again after a lost connection, it counts once all the same.
        message = replace(message, id=f"{keys.OF_OURS}{_HERE}-{next(_numbers)}")
    most = MOST_EVENTS if message.kind == "event" else MOST_MESSAGES
    if services.under_way >= most:
        metering.refused("too many")
        raise TooMany
    services.under_way += 1
    try:
        return await _taken(services, message)
    finally:
        services.under_way -= 1


async def _taken(services: Services, message: Message) -> Answer | None:
    spool = services.spool
    loop = asyncio.get_running_loop()
    is_away = loop.time() < services.away_until
    waits = spool.is_open and await asyncio.to_thread(spool.holds, message.visitor)
    if not is_away and not waits:
        try:
            async with asyncio.timeout(PATIENCE):
                return await handle(services, message)
        except NothingPublished:
            if not services.releases.is_warm:
                raise  # Nothing ever was; else Redis was emptied, and is being filled again.
        except (RedisError, OSError, TimeoutError):
            services.away_until = loop.time() + AWAY
    try:
        await asyncio.to_thread(spool.keep, message)
    except NoRoom:
        metering.refused("no room")
        raise
    metering.kept()
    return None


def later_words(message: Message) -> str:
    """Say in the visitor's language that an answer will come."""
    is_chinese = message.lang.startswith("zh") or any(sign >= "\u2e80" for sign in message.text)
    return LATER["zh" if is_chinese or not (message.lang or message.text) else "en"]
