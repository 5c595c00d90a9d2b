"""Node-RED with the small shop: an HTTP node, a function with a context store, and the answer."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.canvas_react import CACHE
from bench.small_shop import FILES, Peer, at_once

VERSION = "4.1.8"
"""The newest one that runs on Node 18 and 20 as well."""
HOME = CACHE / "node-red"
SERVER = HOME / "node_modules/node-red/red.js"


def install() -> bool:
    """Bring it into the cache, once; says whether it is there."""
    if shutil.which("npm") is None:
        print("Node-RED is left out: npm is not installed")
        return False
    if SERVER.exists() and _version() == VERSION:
        return True
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "package.json").write_text("{}", "ascii")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    command.append(f"node-red@{VERSION}")
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"Node-RED is left out: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.returncode == 0


@contextmanager
def node_red(
    folder: Path, port: int, on_disk: bool = False
) -> Iterator[tuple[Peer, dict[str, str]] | None]:
    """Serve it; gives the server and versions, None where it cannot be had.

    `on_disk` has it keep its context in its own store of files, written every second.
    """
    if not install():
        yield None
        return
    folder.mkdir()
    shutil.copy(FILES / "node_red" / "settings.js", folder)
    (folder / "flows.json").write_text(json.dumps(_flows()), "utf-8")
    command = ["node", str(SERVER), "--userDir", str(folder), "--port", str(port)]
    environment = {**os.environ, "CONTEXT": "disk" if on_disk else "memory"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    try:
        buttons = {"ask_price": "/price", "ask_order_status": "/order"}
        name, settled = "Node-RED", at_once
        if on_disk:
            name, settled = "Node-RED on disk", _written
        peer = Peer(name, port, "/chat", process.pid, buttons, settled)
        yield peer, {"Node-RED": VERSION, "node": node.stdout.strip()}
    finally:
        process.terminate()
        process.wait(30)


async def _written() -> None:
    await asyncio.sleep(2)


def _flows() -> list[dict[str, object]]:
    answer = (FILES / "node_red" / "answer.js").read_text("utf-8")
    here = {"z": "shop", "x": 100, "y": 100}
    return [
        {"id": "shop", "type": "tab", "label": "Small shop"},
        {"id": "in", "type": "http in", "url": "/chat", "method": "post", **here}
        | {"wires": [["answer"]]},
        {"id": "answer", "type": "function", "func": answer, "outputs": 1, **here}
        | {"wires": [["out"]]},
        {"id": "out", "type": "http response", **here, "wires": []},
    ]


def _version() -> str:
    package = SERVER.with_name("package.json")
    return str(json.loads(package.read_text("utf-8"))["version"])
