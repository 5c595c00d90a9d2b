"""Bots that are sent in, and what became of them."""

import io
import json
import time
from typing import Any

import psutil
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from designer import drafts, imports
from designer.tables import Import
from runtime.db import transaction
from runtime.services import Portal
from tests.flows.importing.typebots import bot, many_blocks, says

HTMX = {"HX-Request": "true"}
FAQ = bot({"Hi": [says("Hello"), {"type": "webhook", "options": {}}]}, {"start": "Hi"}, name="FAQ")
LARGE = many_blocks(600)
RASA = {
    "domain.yml": b"version: '3.1'\nintents: [greet]\nresponses:\n  utter_greet:\n  - text: Hey!\n",
    "stories.yml": b"version: '3.1'\nstories:\n- story: hi\n  steps:\n  - intent: greet\n"
    b"  - action: utter_greet\n",
    "nlu.yml": b"version: '3.1'\nnlu:\n- intent: greet\n  examples: |\n    - hey\n    - hello\n",
}


def send(client: FlaskClient, content: Any, token: str = "") -> str:
    """Upload a Typebot export; gives the address of its import."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    form = {"export": FileStorage(io.BytesIO(raw), "bot.json"), "token": token}
    border, body = encode_multipart(form)  # The client leaves its own temporary file open.
    kind = f"multipart/form-data; boundary={border}"
    answer = client.post("/flows/new/typebot", data=body, content_type=kind)
    assert answer.status_code == 303
    return answer.headers["location"]


def send_rasa(client: FlaskClient, files: dict[str, bytes]) -> str:
    """Upload a Rasa project; gives what is shown then."""
    project = [(io.BytesIO(content), name) for name, content in files.items()]
    return client.post("/flows/new/rasa", data={"project": project}, follow_redirects=True).text


def state_of(portal: Portal, address: str) -> Import:
    found = imports.find(portal.services.engine, address.rpartition("/")[2])
    assert found
    return found


def count(portal: Portal, table: Any) -> int:
    with transaction(portal.services.engine, writes=False) as database:
        return database.scalar(select(func.count()).select_from(table)) or 0


def files(portal: Portal) -> dict[str, str]:
    return drafts.files(portal.services.engine)


def set_row(portal: Portal, **values: Any) -> None:
    with transaction(portal.services.engine) as database:
        database.execute(update(Import).values(**values))


def wait_for(what: Any, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children() -> list[psutil.Process]:
    """The processes of this one that draw."""
    found = []
    for child in psutil.Process().children():
        try:
            if any("spawn_main" in part for part in child.cmdline()):
                found.append(child)
        except psutil.Error:
            continue
    return found
