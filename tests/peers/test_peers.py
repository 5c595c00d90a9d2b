"""Clients that others wrote, pointed at us."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import redis
from segment.analytics.client import Client

from tests.installation import Installation

CACHE = Path(__file__).parents[1] / ".cache" / "rasa-connector"
CONNECTOR = "@tiledesk/tiledesk-rasa-connector@1.0.10"


def _connector() -> Path:
    """Install the connector, once."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    if not (CACHE / "node_modules/@tiledesk/tiledesk-rasa-connector/Rasa.js").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "package.json").write_text("{}", "ascii")
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        subprocess.run([*command, CONNECTOR], cwd=CACHE, check=True, timeout=300)
    return CACHE


def test_a_client_made_for_rasa_talks_to_us(installation: Installation) -> None:
    script = Path(__file__).with_name("ask_rasa.js")
    url = f"{installation.url}/webhooks/rest/webhook"
    done = subprocess.run(
        ["node", str(script), str(_connector()), url, "你好"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    assert all(part["recipient_id"] == "tiledesk-visitor" for part in answer["result"])
    messages = [c["message"] for c in answer["commands"] if c["type"] == "message"]
    assert "话流数码" in messages[0]["text"]
    buttons = messages[-1]["attributes"]["attachment"]["buttons"]
    assert "帮我选手机" in [button["value"] for button in buttons]


def test_segments_own_sdk_has_the_same_effect_as_the_shop(installation: Installation) -> None:
    client = Client("any key", host=installation.url, sync_mode=True, max_retries=1)
    visitor = "segment-visitor"
    client.identify(visitor, {"name": "王芳"})
    client.page(visitor, "", "iPhone", {"path": "/demo/iphone15pro/"})
    client.track(visitor, "Product Viewed", {"name": "iPhone15 Pro", "price": 7999})
    store = redis.Redis(unix_socket_path=str(installation.data / "var" / "valkey.sock"))
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and store.llen(f"l:{visitor}") < 2:
        time.sleep(0.2)
    lines = [json.loads(line) for line in store.lrange(f"l:{visitor}", 0, -1)]
    session = json.loads(store.hget(f"s:{visitor}", "d") or b"{}")
    store.close()
    assert session["profile"]["visitor.name"] == "王芳"
    assert session["profile"]["page.path"] == "/demo/iphone15pro/"
    assert lines[0]["script"] == "offer_instalments"
    assert lines[1]["card"]["amount"] == 100
