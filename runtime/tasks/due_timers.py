"""Wakes what is due: each timer becomes one turn of its visitor."""

import asyncio
import logging

from runtime.conversation import handle
from runtime.errors import RuntimeFailed
from runtime.messages import Message
from runtime.services import Services

_log = logging.getLogger(__name__)


async def wake_due(services: Services) -> int:
    """Turn every timer that is due into a turn; gives how many there were."""
    claimed = await services.timers.claim(services.now())
    await asyncio.gather(*(_wake(services, *timer) for timer in claimed))
    return len(claimed)


async def _wake(services: Services, visitor: str, rule: str, generation: int) -> None:
    data = {"rule": rule, "generation": generation}
    name = f"timer:{rule}:{generation}"
    try:
        answer = await handle(services, Message(visitor, "timer", id=name, kind="timer", data=data))
    except RuntimeFailed as error:
        _log.warning("timer %s of %s is tried again: %r", rule, visitor, error)
        return
    if answer.session.rules.armed.get(rule, (0, 0.0))[0] != generation:
        await services.timers.drop(visitor, rule, generation)
