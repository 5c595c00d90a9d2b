"""Every transcript in this folder, replayed against the real runtime and the demo workspace.

To add a test, add a transcript; this file should not need to change.
`>` the visitor writes, `<` we reply and the line must hold these words, `event` is a page event
(`event Product Viewed name=iPhone15 Pro`), `wait 121` lets seconds pass, `#` is a remark.
"""

from pathlib import Path

import pytest

from designer.library import DEMO, library_files
from rules.model import Event
from runtime import releases
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.tasks.due_timers import wake_due

HERE = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(HERE.glob("*.txt")), ids=lambda path: path.stem)
async def test_transcript(path: Path, services: Services) -> None:
    await releases.publish(services.redis, services.engine, library_files(DEMO), "demo", "test")
    heard: list[str] = []
    now = services.now()
    for line in path.read_text("utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if word == ">":
            assert heard == [], f"also said: {heard}"
            answer = await handle(services, Message("visitor", "widget", rest))
            heard = [reply.text for reply in answer.replies]
        elif word == "<":
            assert heard, f"nothing more was said, but expected: {rest}"
            assert rest in heard.pop(0)
        elif word == "event":
            await handle(
                services, Message("visitor", "track", kind="event", data=_event(rest, now))
            )
        elif word == "wait":
            now += float(rest)
            services.clock = lambda now=now: now  # type: ignore[misc]
            before = (await services.sessions.load("visitor")).session.seq
            await wake_due(services)
            lines = await services.sessions.lines_after("visitor", before)
            heard = [found.get("text", "") for found in lines]
    assert heard == [], f"also said: {heard}"


def _event(text: str, now: float) -> dict[str, Event]:
    name, _, values = text.partition(" name=")
    properties = {"name": values, "price": 7999, "order_id": "20260101001", "total": 7999}
    return {"event": Event(name, now, properties if values else {})}
