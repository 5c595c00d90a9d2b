"""Rasa's whole server with the small shop: rules and DIET, over its REST channel."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.small_shop import FILES, Peer, at_once, taught
from runtime.nlu.rasa_command import ENVIRONMENT, run
from runtime.rasa_home import RasaHome
from runtime.settings import read_settings

PROJECT = ("config.yml", "domain.yml", "rules.yml", "credentials.yml")
INTENTS = ("ask_price", "ask_order_status")


def version(home: Path) -> str:
    """Give the version that is installed."""
    (found,) = home.glob("lib/python3.*/site-packages/rasa-*.dist-info")
    return found.name.removeprefix("rasa-").removesuffix(".dist-info")


@contextmanager
def rasa(folder: Path, port: int) -> Iterator[tuple[Peer, str] | None]:
    """Train and serve it; gives the server and its version, None where it is not installed."""
    home = read_settings().rasa.home
    if not RasaHome(home, folder).is_installed:
        print("Rasa is left out: it is not installed (make rasa, or DIALOOM_RASA=folder)")
        yield None
        return
    folder.mkdir()
    for name in PROJECT:
        shutil.copy(FILES / "rasa" / name, folder)
    (folder / "nlu.yml").write_text(taught(), "utf-8")
    print("Rasa is being trained")
    files = ["--data", "nlu.yml", "rules.yml", "--fixed-model-name", "shop"]
    run(RasaHome(home, folder), ["train", *files], lambda _line: None)
    command = [str(home / "bin" / "rasa"), "run", "-m", "models/shop.tar.gz"]
    command += ["-i", "127.0.0.1", "-p", str(port), "--credentials", "credentials.yml"]
    with (folder / "log").open("w") as log:
        environment = {**os.environ, **ENVIRONMENT}
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        buttons = {intent: f"/{intent}" for intent in INTENTS}
        peer = Peer("Rasa", port, "/webhooks/rest/webhook", process.pid, buttons, at_once)
        yield peer, version(home)
    finally:
        process.terminate()
        process.wait(30)
