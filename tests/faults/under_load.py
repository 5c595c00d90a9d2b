"""Something is done in the midst of a load."""

import asyncio
from collections.abc import Callable

from tests.faults.load import Load


def under_load(load: Load, seconds: float, deed: Callable[[], None]) -> None:
    """Let a crowd go about for a while, and do something after half a second of it."""

    async def both() -> None:
        running = asyncio.create_task(load.run(seconds))
        await asyncio.sleep(0.5)
        await asyncio.gather(asyncio.to_thread(deed), running)

    asyncio.run(both())
