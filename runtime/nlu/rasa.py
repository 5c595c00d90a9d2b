"""Rasa, asked over its own HTTP API: what a text means, which model it has, another model instead.

It is a process of its own that may be away, slow or talking nonsense. So every question has a
deadline, after a few failures in a row it is left alone for a while, and whoever asks gets None
and turns to the embedded engine.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from runtime.nlu.understanding import Understanding

FALLBACK = "nlu_fallback"
MOST_BYTES = 1_000_000
RANKED = 5
_log = logging.getLogger(__name__)


class Breaker:
    """Leaves alone what failed several times in a row: 5 s at first, twice as long each time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures, self._pause, self._until = 0, 5.0, 0.0

    @property
    def lets_through(self) -> bool:
        """Say whether one may ask; after a pause one question is the trial."""
        return self._clock() >= self._until

    def note(self, went_well: bool) -> None:
        """Take in how a question ended."""
        if went_well:
            self._failures, self._pause, self._until = 0, 5.0, 0.0
            return
        self._failures += 1
        if self._failures >= 3:
            self._until = self._clock() + self._pause
            self._pause = min(self._pause * 2, 60.0)


class Rasa:
    """One Rasa server. `seconds` is what an answer to a visitor may take."""

    def __init__(self, url: str, token: str = "", seconds: float = 0.8) -> None:
        self._url, self._seconds = url.rstrip("/"), seconds
        self._query = f"?token={quote(token)}" if token else ""
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)
        self._breaker = Breaker()
        self._model, self._asked = "", -1e9

    async def parse(self, text: str) -> Understanding | None:
        """Understand a text; None when Rasa is away, late, or answers with nonsense."""
        answer = await self._ask("POST", "/model/parse", {"text": text}, self._seconds)
        return _read(answer) if answer is not None else None

    async def model(self) -> str:
        """Name the model that is loaded, without its ending; looked up every few seconds."""
        if time.monotonic() - self._asked > 5.0:
            self._asked = time.monotonic()
            status = await self._ask("GET", "/status", None, self._seconds)
            file = status.get("model_file") if isinstance(status, dict) else None
            self._model = Path(file).name.removesuffix(".tar.gz") if isinstance(file, str) else ""
        return self._model

    async def knows(self, data: str) -> bool:
        """Say whether the loaded model was trained on the data of this fingerprint."""
        loaded = await self.model()
        return len(loaded) >= 32 and loaded == data[: len(loaded)]

    async def load(self, path: Path) -> bool:
        """Let Rasa take another model from its own disk; it answers by the old one meanwhile."""
        answer = await self._ask("PUT", "/model", {"model_file": str(path)}, 120.0)
        self._asked = -1e9
        return answer is not None

    async def _ask(self, method: str, path: str, body: Any, seconds: float) -> Any:
        if not self._breaker.lets_through:
            return None
        try:
            answer = await asyncio.wait_for(
                asyncio.to_thread(self._send, method, path, body, seconds), seconds
            )
        except (TimeoutError, HTTPError, OSError, ValueError) as error:
            _log.warning("Rasa did not answer %s: %r", path, error)
            self._breaker.note(False)
            return None
        self._breaker.note(True)
        return answer

    def _send(self, method: str, path: str, body: Any, seconds: float) -> Any:
        response = self._pool.request(
            method,
            self._url + path + self._query,
            body=orjson.dumps(body) if body is not None else None,
            headers={"Content-Type": "application/json"},
            timeout=urllib3.Timeout(total=seconds),
            preload_content=False,
        )
        try:
            content = response.read(MOST_BYTES)
        finally:
            response.release_conn()
        if not 200 <= response.status < 300:
            raise ValueError(f"{path} gave {response.status}")
        return orjson.loads(content) if content else {}


def _read(answer: Any) -> Understanding | None:
    """Read what `/model/parse` gave; Rasa's own fallback intent gives way to the true one."""
    if not isinstance(answer, Mapping):
        return None
    found = [answer.get("intent"), *_list(answer.get("intent_ranking"))]
    ranked: dict[str, float] = {}
    for one in found:
        name = one.get("name") if _is_object(one) else None
        share = one.get("confidence") if _is_object(one) else None
        if isinstance(name, str) and isinstance(share, int | float) and 0 <= share <= 1.001:
            ranked.setdefault(name, min(float(share), 1.0))
    ranked.pop("", None)
    ranked.pop(FALLBACK, None)
    ranking = tuple(sorted(ranked.items(), key=lambda pair: -pair[1])[:RANKED])
    entities = tuple(
        (str(one["entity"]), str(one["value"]))
        for one in _list(answer.get("entities"))
        if _is_object(one) and one.get("entity") and one.get("value") is not None
    )
    best = ranking[0] if ranking else ("", 0.0)
    return Understanding(*best, ranking, entities)


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
