"""Asking Rasa: what its answers mean, when it is left alone, and when ours answers instead."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runtime.nlu.cascade import EmbeddedModel, train
from runtime.nlu.rasa import Breaker, Rasa
from runtime.nlu.rasa_training import hold_out
from runtime.nlu.training import Example
from runtime.nlu.understand import hear
from runtime.rasa_home import RasaHome

DATA = "a" * 32
OURS = EmbeddedModel.load(
    train(
        [
            Example("多少钱", "ask_price"),
            Example("我要退款", "request_refund"),
            Example("怎么卖", "ask_price"),
        ]
    )
)
PARSED = {
    "intent": {"name": "nlu_fallback", "confidence": 0.7},
    "intent_ranking": [
        {"name": "nlu_fallback", "confidence": 0.7},
        {"name": "ask_price", "confidence": 0.41},
        {"name": "request_refund", "confidence": 0.2},
    ],
    "entities": [{"entity": "product", "value": "iPhone"}, {"value": 3}, "x"],
}


class Server(ThreadingHTTPServer):
    """Answers as Rasa's HTTP API does, or as it should not."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.parsed: Any = PARSED
        self.status, self.wait = 200, 0.0
        self.asked: list[str] = []

    @property
    def rasa(self) -> Rasa:
        return Rasa(f"http://127.0.0.1:{self.server_port}", "secret", 0.3)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.answer({"model_file": f"models/{DATA}.tar.gz"}, self.server.status)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body["text"])
        time.sleep(self.server.wait)
        self.answer(self.server.parsed, self.server.status)

    def answer(self, value: Any, status: int) -> None:
        allowed = self.path.endswith("?token=secret")
        self.send_response(status if allowed else 401)
        self.end_headers()
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


async def test_rasa_is_asked_where_its_model_knows_what_is_live(server: Server) -> None:
    found = await hear(server.rasa, OURS, f"{DATA}-2-use-m3", "iPhone 多少钱")
    assert (found.engine, found.intent, found.confidence) == ("rasa", "ask_price", 0.41)
    assert found.ranking == (("ask_price", 0.41), ("request_refund", 0.2))
    assert found.entities == (("product", "iPhone"),)


@pytest.mark.parametrize("data", ["", "b" * 32, "a" * 31])
async def test_a_model_of_other_sentences_is_not_asked(server: Server, data: str) -> None:
    found = await hear(server.rasa, OURS, data, "多少钱")
    assert (found.engine, found.intent) == ("embedded", "ask_price")
    assert "多少钱" not in server.asked


@pytest.mark.parametrize("parsed", [b"no json", b"", [1], {"intent": 3}, {"intent_ranking": "x"}])
async def test_nonsense_never_reaches_a_visitor(server: Server, parsed: Any) -> None:
    server.parsed = parsed
    found = await hear(server.rasa, OURS, DATA, "多少钱")
    assert found.intent in ("ask_price", "")


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
async def test_an_error_of_rasas_is_answered_by_ours(server: Server, status: int) -> None:
    server.status = status
    found = await hear(server.rasa, OURS, DATA, "多少钱")
    assert (found.engine, found.intent) == ("embedded", "ask_price")


async def test_a_slow_rasa_is_answered_for_in_time_and_then_left_alone(server: Server) -> None:
    rasa = server.rasa
    assert (await hear(rasa, OURS, DATA, "多少钱")).engine == "rasa"
    server.asked, server.wait = [], 20.0
    started = time.monotonic()
    for _ in range(5):
        assert (await hear(rasa, OURS, DATA, "多少钱")).engine == "embedded"
    assert server.asked == ["多少钱"] * 3
    assert time.monotonic() - started < 2.0


async def test_nobody_waits_for_a_model_that_warms_up(server: Server) -> None:
    server.wait = 1.0
    rasa, started = server.rasa, time.monotonic()
    assert (await hear(rasa, OURS, DATA, "多少钱")).engine == "embedded"
    assert (await hear(rasa, OURS, DATA, "多少钱")).engine == "embedded"
    assert time.monotonic() - started < 0.9
    server.wait = 0.0
    while not await rasa.model():
        await asyncio.sleep(0.05)
    assert (await hear(rasa, OURS, DATA, "多少钱")).engine == "rasa"
    assert "多少钱" not in server.asked[:1]


async def test_whoever_wants_the_truth_of_now_gets_it(server: Server) -> None:
    rasa = server.rasa
    assert await rasa.model() == DATA
    server.status = 503
    assert await rasa.model() == DATA, "what was found a moment ago will do for a message"
    assert await rasa.model(seconds_old=0.0) == ""


async def test_a_rasa_that_is_away_costs_nothing() -> None:
    rasa = Rasa("http://127.0.0.1:9", "")
    found = await asyncio.wait_for(hear(rasa, OURS, DATA, "多少钱"), 1.0)
    assert (found.engine, found.intent) == ("embedded", "ask_price")


def test_the_breaker_tries_again_after_a_pause_that_grows() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for pause in (5.0, 10.0, 20.0, 40.0, 60.0, 60.0):
        while breaker.lets_through:
            breaker.note(False)
        now[0] += pause - 0.1
        assert not breaker.lets_through
        now[0] += 0.2
        assert breaker.lets_through
    breaker.note(True)
    breaker.note(False)
    assert breaker.lets_through


def test_a_fifth_of_each_intent_is_held_out_and_small_ones_are_not() -> None:
    many = [Example(f"m{i}", "many") for i in range(20)] + [
        Example(f"f{i}", "few") for i in range(4)
    ]
    kept, out = hold_out(many)
    assert [one.intent for one in out] == ["many"] * 4
    assert sorted(kept + out, key=repr) == sorted(many, key=repr)
    assert hold_out(list(reversed(many))) == (kept, out)


def test_the_model_before_is_kept_for_the_way_back(tmp_path: Path) -> None:
    home = RasaHome(tmp_path / "home", tmp_path / "rasa")
    (home.folder / "models").mkdir(parents=True)
    models = [home.folder / "models" / f"{name}.tar.gz" for name in ("one", "two")]
    assert (home.current(), home.previous(), home.is_installed) == (None, None, False)
    for model in models:
        model.touch()
        home.promote(model)
    assert (home.current(), home.previous()) == (models[1], models[0])
    home.promote(models[1])
    assert home.previous() == models[0]
    models[1].unlink()
    assert home.current() is None
