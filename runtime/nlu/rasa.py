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
from runtime.rasa_home import RasaHome

FALLBACK = "nlu_fallback"
MOST_BYTES = 1_000_000
RANKED = 5
FAILURES = (TimeoutError, HTTPError, OSError, ValueError)
WARM_UP = "你好 hello"
MOST_LOADING = 50.0
"""Seconds until a model has to be loaded; whoever asks for it waits."""
_log = logging.getLogger(__name__)


class Breaker:
    """Leaves alone what failed several times in a row: 5 s at first, twice as long each time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.forget()

    @property
    def lets_through(self) -> bool:
        """Say whether one may ask; after a pause one question is the trial."""
        return self._clock() >= self._until

    def forget(self) -> None:
        """Let the next question through, whatever was before."""
        self._failures, self._pause, self._until = 0, 5.0, 0.0

    def note(self, went_well: bool) -> None:
        """Take in how a question ended."""
        if went_well:
            self.forget()
            return
        self._failures += 1
        if self._failures >= 3:
            self._until = self._clock() + self._pause
            self._pause = min(self._pause * 2, 60.0)


class Rasa:
    """One Rasa server. `seconds` is what an answer to a visitor may take.

    Of a server in a `home` of ours nothing is asked while no model is to be served there.
    """

    def __init__(
        self, url: str, token: str = "", seconds: float = 0.8, home: RasaHome | None = None
    ) -> None:
        self._url, self._seconds, self._home = url.rstrip("/"), seconds, home
        self._query = f"?token={quote(token)}" if token else ""
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)
        self._breaker = Breaker()
        self._model, self._asked = "", -1e9
        self._looking: asyncio.Task[None] | None = None

    async def parse(self, text: str) -> Understanding | None:
        """Understand a text; None when Rasa is away, late, or answers with nonsense."""
        answer = await self._ask("/model/parse", {"text": text})
        return _read(answer) if answer is not None else None

    async def model(self, seconds_old: float = 5.0) -> str:
        """Name the model that is loaded, without its ending, as of so many seconds ago at most."""
        if time.monotonic() - self._asked > seconds_old and self._looking is None:
            self._looking = asyncio.create_task(self._look())
            # Nobody waits for a model that warms up.
            await asyncio.wait({self._looking}, timeout=self._seconds)
        return self._model

    async def _look(self) -> None:
        """Ask which model is loaded; a new one reads its dictionaries before it counts."""
        found = ""
        try:
            status = await self._try("GET", "/status", None, self._seconds) if self.is_wanted else 0
            file = status.get("model_file") if isinstance(status, dict) else None
            found = Path(file).name.removesuffix(".tar.gz") if isinstance(file, str) else ""
            if found and found != self._model:
                await self._try("POST", "/model/parse", {"text": WARM_UP}, MOST_LOADING)
                self._breaker.forget()
        except FAILURES as error:
            found = ""
            _log.info("Rasa has no model to ask: %r", error)
        finally:
            self._model, self._asked, self._looking = found, time.monotonic(), None

    @property
    def is_wanted(self) -> bool:
        """Say whether a model is to be served; of a server that runs elsewhere we do not know."""
        return self._home is None or self._home.current() is not None

    async def knows(self, data: str) -> bool:
        """Say whether the loaded model was trained on the data of this fingerprint."""
        loaded = await self.model()
        return len(loaded) >= 32 and loaded == data[: len(loaded)]

    async def load(self, path: Path) -> bool:
        """Let Rasa take another model from its own disk; it answers by the old one meanwhile."""
        try:
            await self._try("PUT", "/model", {"model_file": str(path)}, MOST_LOADING)
        except FAILURES as error:
            _log.warning("Rasa did not take %s: %r", path.name, error)
            return False
        self._asked = -1e9
        return True

    async def _ask(self, path: str, body: Any) -> Any:
        """Ask for a visitor, in time; None when that fails, or failed several times just now."""
        if not self._breaker.lets_through:
            return None
        try:
            answer = await self._try("POST", path, body, self._seconds)
        except FAILURES as error:
            _log.warning("Rasa did not answer %s: %r", path, error)
            self._breaker.note(False)
            return None
        self._breaker.note(True)
        return answer

    async def _try(self, method: str, path: str, body: Any, seconds: float) -> Any:
        asking = asyncio.to_thread(self._send, method, path, body, seconds)
        return await asyncio.wait_for(asking, seconds)

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
