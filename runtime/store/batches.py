"""Commands of turns that run at the same time, sent to Redis together.

A round trip costs a client ten times what it costs Redis. So while one batch is on its way the next
one gathers; a turn that is alone waits for nobody.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

Command = tuple[Any, ...]


class Batches:
    """Sends what several turns ask as one pipeline, in order, and hands each its own answers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def run(self, *commands: Command) -> list[Any]:
        """Give the answers to some commands; the first that failed is raised."""
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
            pipe = self._redis.pipeline(transaction=False)
            for commands, _found in batch:
                for command in commands:
                    pipe.execute_command(*command)
            try:
                answers = await pipe.execute(raise_on_error=False)
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


def _of_its_own(error: BaseException) -> Exception:
    """Give what a waiting turn is to raise: a cancelled batch is a lost connection to it."""
    return error if isinstance(error, Exception) else ConnectionError("cut off")
