"""Answers what was kept while Redis did not answer, in the order it came."""

import asyncio
import logging

from redis.exceptions import RedisError, ResponseError
from sqlalchemy.exc import SQLAlchemyError

from runtime.conversation import handle
from runtime.errors import MessageRefused, RuntimeFailed
from runtime.services import Services
from runtime.store.spool import Spooled

LOOK_SECONDS = 0.25
BUSY = ("OOM", "LOADING", "MISCONF", "READONLY", "BUSY", "MASTERDOWN")
"""What Redis says when it can write nothing for now."""
_log = logging.getLogger(__name__)


async def answer_spooled(services: Services) -> int:
    """Answer what waits, as far as Redis lets us; gives how many messages that were."""
    spool, answered = services.spool, 0
    if not spool.is_open:
        await asyncio.sleep(LOOK_SECONDS)
        return 0
    while rows := await asyncio.to_thread(spool.first):
        for row in rows:
            if not await _answer(services, row):
                await asyncio.sleep(LOOK_SECONDS)
                return answered
            answered += 1
    await asyncio.to_thread(spool.shut)
    return answered


async def _answer(services: Services, row: Spooled) -> bool:
    """Answer one message; False where it has to be tried again, and the others wait for it."""
    spool = services.spool
    try:
        await handle(services, row.message)
    except MessageRefused as error:
        _log.warning("a kept message of %s was refused: %s", row.message.visitor, error.code)
    except Exception as error:
        if _is_no_fault_of_it(error):
            _log.warning("kept messages wait on: %r", error)
            return False
        _log.exception("a kept message of %s cannot be answered", row.message.visitor)
        await asyncio.to_thread(spool.failed, row.number)
        return True
    await asyncio.to_thread(spool.done, row.number)
    return True


def _is_no_fault_of_it(error: Exception) -> bool:
    """Say whether it is Redis or the database that cannot cope, and not this message."""
    if isinstance(error, ResponseError):
        return str(error).startswith(BUSY)
    return isinstance(error, RuntimeFailed | RedisError | SQLAlchemyError | OSError)
