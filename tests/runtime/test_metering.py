"""What is counted of turns, told by any process of all; masked logs; traces of real spans."""

import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import httpx2 as httpx
import pytest

from runtime import metering
from runtime.logs import Json, Plain, masked
from tests.installation import Installation

ROOT = Path(__file__).parents[2]


def value(text: str, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} ([0-9.e+-]+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


def test_any_process_tells_of_all(installation: Installation) -> None:
    url = f"{installation.url}/metrics"
    name = 'dialoom_turns_total{channel="rest",kind="message"}'
    installation.say("metered", "你好")
    before = value(httpx.get(url).text, name)
    for number in range(64):
        installation.say(f"metered-{number}", "你好")
    told = httpx.get(url).text
    assert value(told, name) == before + 64
    assert value(told, "dialoom_turn_seconds_count") >= 2
    for hop in metering.HOPS:
        assert value(told, f'dialoom_hop_seconds_count{{hop="{hop}"}}') >= 2
    assert value(told, "dialoom_redis_up") == 1
    assert value(told, "dialoom_kept_waiting") == 0


def test_the_dashboard_asks_for_what_there_is(installation: Installation) -> None:
    installation.say("dashboard", "你好")
    told = httpx.get(f"{installation.url}/metrics").text
    board = json.loads((ROOT / "deploy/grafana/dialoom.json").read_text("utf-8"))
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"dialoom_[a-z_]+", target["expr"])
    }
    kinds = re.findall(r"^# TYPE (\S+) ", told, re.MULTILINE)
    known = {kind + end for kind in kinds for end in ("", "_total", "_bucket", "_sum", "_count")}
    assert asked
    assert asked <= known, asked - known


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail lin@example.com now", "mail <email> now"),
        ("打 13800138000 吧", "打 <phone> 吧"),
        ("+44 20 7946 0958", "<phone>"),
        ("11010519491231002X", "<id card>"),
        ("order 2026010112345678", "order <number>"),
        ("release 12 in 340 ms", "release 12 in 340 ms"),
    ],
)
def test_who_a_visitor_is_stands_in_no_log(text: str, shown: str) -> None:
    assert masked(text) == shown
    record = logging.LogRecord("x", logging.WARNING, "", 0, "%s", (text,), None)
    assert shown in Plain("%(message)s").format(record)
    said = json.loads(Json().format(record))
    assert (said["message"], said["level"], said["logger"]) == (shown, "warning", "x")


class _Collector(BaseHTTPRequestHandler):
    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), _Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


WATCH = """
from runtime import metering
from runtime.tracing import start_tracing
assert start_tracing("dialoom")
for number in range(16):
    way = metering.begin()
    if way:
        for hop in metering.HOPS:
            way.passed(hop)
        metering.end(way)
"""


def test_a_watched_turn_becomes_a_trace(collector: HTTPServer) -> None:
    pytest.importorskip("opentelemetry.sdk")
    address = f"http://127.0.0.1:{collector.server_port}"
    environment = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": address}
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
    subprocess.run([sys.executable, "-c", WATCH], env=environment, cwd=ROOT, check=True, timeout=60)
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    spans = [
        span
        for body in _Collector.bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert [span.name for span in spans] == [*metering.HOPS, "turn"]
    (whole,) = (span for span in spans if span.name == "turn")
    inside = [span for span in spans if span is not whole]
    assert {span.parent_span_id for span in inside} == {whole.span_id}
    assert all(span.start_time_unix_nano >= whole.start_time_unix_nano for span in inside)
