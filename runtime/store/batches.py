"""Commands of turns that run at the same time, sent to Redis together.

A round trip costs a client ten times what it costs Redis. So while one batch is on its way the next
one gathers; a turn that is alone waits for nobody. The batch is packed by hiredis and waited for
once: a pipeline of redis-py packs in Python and minds the time of every answer by itself.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

import hiredis
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisLate

Command = tuple[Any, ...]


class Batches:
    """Sends what several turns ask as one pipeline, in order, and hands each its own answers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def run(self, *commands: Command) -> list[Any]:
        """Give the answers to some commands, as RESP3 has them; the first that failed is raised."""
        found: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, found))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())
        answers = await found
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    async def _send(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                answers = await self._ask([one for commands, _found in batch for one in commands])
            except BaseException as error:
                for _commands, found in batch:
                    if not found.done():
                        found.set_exception(_of_its_own(error))
                if not isinstance(error, Exception):
                    raise
                continue
            for commands, found in batch:
                mine, answers = answers[: len(commands)], answers[len(commands) :]
                if not found.done():  # Whoever waited may have been cancelled.
                    found.set_result(mine)

    async def _ask(self, commands: list[Command]) -> list[Any]:
        packed = [hiredis.pack_command(command) for command in commands]
        pool: Any = self._redis.connection_pool
        connection = await pool.get_connection()
        try:
            answers: list[Any] = await connection.retry.call_with_retry(
                lambda: _exchange(connection, packed), lambda _error: connection.disconnect()
            )
            return answers
        finally:
            await pool.release(connection)


async def _exchange(connection: Any, packed: list[bytes]) -> list[Any]:
    """Send it all, and read an answer to each; a refusal is an answer."""
    await connection.send_packed_command(packed)
    answers: list[Any] = []
    try:
        async with asyncio.timeout(connection.socket_timeout):
            for _command in packed:
                try:
                    answers.append(await connection.read_response(timeout=math.inf))
                except ResponseError as error:
                    answers.append(error)
    except TimeoutError as error:
        raise RedisLate("Redis did not answer in time") from error
    return answers


def _of_its_own(error: BaseException) -> Exception:
    """Give what a waiting turn is to raise: a cancelled batch is a lost connection to it."""
    return error if isinstance(error, Exception) else ConnectionError("cut off")
