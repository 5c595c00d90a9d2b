"""A release without the step that visitors stand at goes live, and is taken back, while they chat."""

import asyncio
from pathlib import Path

from tests.faults.checker import check
from tests.faults.line import Line
from tests.faults.load import Load
from tests.faults.noted import Talk
from tests.faults.report import LONG, note
from tests.faults.scene import Scene, files_of
from tests.workspaces import script

OPEN = 500 if LONG else 50


def publish_without_the_step(scene: Scene, folder: Path) -> None:
    """Publish the flow without the step that asks for a size, in which half of them stand."""
    files = files_of(scene.receiver)
    flow = "\n".join(
        line for line in files["flows/welcome.yaml"].splitlines() if not line.startswith("  size:")
    )
    files["flows/welcome.yaml"] = flow.replace("next: size", "next: noted") + "\n"
    files["scripts/noted.yaml"] = script("noted", "记下了：{{ slot.wish }}")
    del files["scripts/size.yaml"]
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    scene.installation.run("import", str(folder), "--publish")


def test_open_chats_outlive_a_publish_and_a_rollback(scene: Scene, tmp_path: Path) -> None:
    load = Load(scene.installation.port, "releases")
    talks = [Talk(f"releases-{number}") for number in range(OPEN)]
    before = int(scene.redis.get("release:current") or 0)

    async def everybody(hello: bool = False) -> None:
        lines = [Line(load.port) for _ in range(16)]

        async def some(number: int) -> None:
            for talk in talks[number :: len(lines)]:
                said = "你好" if hello else talk.next()
                name = f"{talk.visitor}/{talk.turn}"
                await load.say(lines[number], talk.visitor, name, said, talk)
            lines[number].close()

        await asyncio.gather(*map(some, range(len(lines))))

    asyncio.run(everybody(hello=True))
    asyncio.run(everybody())  # All of them stand at the step that is deleted now.

    async def meanwhile(deed: asyncio.Task[None]) -> None:
        await everybody()
        while not deed.done():
            await everybody()
        await deed

    async def publish_and_take_back() -> None:
        run = scene.installation.run
        publishing = asyncio.create_task(
            asyncio.to_thread(publish_without_the_step, scene, tmp_path)
        )
        await meanwhile(publishing)
        assert int(scene.redis.get("release:current") or 0) > before
        line = Line(load.port)
        await everybody()
        fresh = {"sender": "releases-fresh", "message": "你好", "message_id": "1"}
        assert (await line.post("/webhooks/rest/webhook", fresh))[0] == 200
        wish = {"sender": "releases-fresh", "message": "伞", "message_id": "2"}
        assert "记下了".encode() in (await line.post("/webhooks/rest/webhook", wish))[1]
        line.close()
        back = asyncio.to_thread(run, "rollback", str(before))
        await meanwhile(asyncio.create_task(back))
        await everybody()

    asyncio.run(publish_and_take_back())
    found = note(f"published and taken back, {OPEN} chats open", 0, check(scene, load))
    assert found.is_clean, found
