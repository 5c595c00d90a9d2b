"""What is counted of turns for Prometheus, and the way of one turn in sixteen, hop by hop.

With `PROMETHEUS_MULTIPROC_DIR` all processes count into one folder, and whichever is asked tells of
all. Where OpenTelemetry's SDK is installed and `OTEL_EXPORTER_OTLP_ENDPOINT` is set, the turns that
are watched become traces (`runtime/tracing.py`).
"""

import os
import time
from collections.abc import Callable
from contextvars import ContextVar
from itertools import count

from prometheus_client import REGISTRY as OURS
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

HOPS = ("read", "load", "release", "understand", "think", "plan", "commit", "reply")
"""Of the way of a message, in their order; each ends where the next one begins."""
ONE_IN = 16
_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5)
_TURNS = Counter("dialoom_turns", "Turns that were committed", ("kind", "channel"))
_FALLBACKS = Counter("dialoom_fallbacks", "Messages that nothing understood")
_KEPT = Counter("dialoom_kept", "Messages kept on the disk because Redis did not answer")
_REFUSED = Counter("dialoom_refused", "Messages and events that were not taken", ("why",))
_HOP = Histogram("dialoom_hop_seconds", "One hop of a turn", ("hop",), buckets=_BUCKETS)
_WHOLE = Histogram("dialoom_turn_seconds", "A whole turn", buckets=_BUCKETS)
for _why in ("too many", "no room"):
    _REFUSED.labels(_why)  # A reason that never was is 0, not missing.
_turns: dict[tuple[str, str], Counter] = {}
_numbers = count()


class Way:
    """The way of one turn: when each hop was over, in ns."""

    def __init__(self) -> None:
        self.began, self.at = time.time_ns(), [time.perf_counter_ns()]
        self.hops: list[str] = []

    def passed(self, hop: str) -> None:
        """Note that a hop is over."""
        self.hops.append(hop)
        self.at.append(time.perf_counter_ns())


Tell = Callable[[Way], None]
_way: ContextVar[Way | None] = ContextVar("way", default=None)
_tellers: list[Tell] = []


def tell_ways_to(teller: Tell) -> None:
    """Let somebody else hear of every way that is watched."""
    _tellers.append(teller)


def begin() -> Way | None:
    """Watch one turn in sixteen; None where this is not one."""
    way = None if next(_numbers) % ONE_IN else Way()
    _way.set(way)
    return way


def watched() -> Way | None:
    """Give the way of the turn that goes on here."""
    return _way.get()


def end(way: Way) -> None:
    """Count a way that was watched."""
    _way.set(None)
    for hop, start, stop in zip(way.hops, way.at, way.at[1:], strict=False):
        _HOP.labels(hop).observe((stop - start) / 1e9)
    _WHOLE.observe((way.at[-1] - way.at[0]) / 1e9)
    for teller in _tellers:
        teller(way)


def turn(kind: str, channel: str, is_lost: bool) -> None:
    """Count a turn that was committed."""
    counter = _turns.get((kind, channel))
    if counter is None:
        counter = _turns[kind, channel] = _TURNS.labels(kind, channel)
    counter.inc()
    if is_lost:
        _FALLBACKS.inc()


def kept() -> None:
    """Count a message that waits on the disk."""
    _KEPT.inc()


def refused(why: str) -> None:
    """Count a message that was not taken."""
    _REFUSED.labels(why).inc()


def told() -> str:
    """Give all counts of all processes, in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(OURS).decode()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry).decode()
