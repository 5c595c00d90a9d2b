import pytest

from runtime.events import BadEvent, read_event

NOW = 1_800_000_000.0


def _read(**more: object) -> object:
    return read_event({"anonymousId": "v", "event": "x", **more}, "track", NOW)[2]


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "ago"),
    [
        ("2020-01-01T00:00:00Z", None, 0),
        ("2020-01-01T00:00:00Z", "2020-01-01T00:01:00Z", 60),
        ("2099-01-01T00:00:00Z", "2099-01-01T00:00:05Z", 5),
        ("2020-01-01T00:01:00Z", "2020-01-01T00:00:00Z", 0),
        ("2000-01-01T00:00:00Z", "2020-01-01T00:00:00Z", 86400),
        ("nonsense", "nonsense", 0),
    ],
)
def test_a_visitors_clock_is_not_trusted(timestamp: str, sent_at: str | None, ago: float) -> None:
    event = _read(timestamp=timestamp, **({"sentAt": sent_at} if sent_at else {}))
    assert event.at == NOW - ago  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "call",
    [
        5,
        {},
        {"anonymousId": "v"},
        {"anonymousId": [], "event": "x"},
        {"anonymousId": "v", "event": 5},
    ],
)
def test_what_is_no_event_is_refused(call: object) -> None:
    with pytest.raises(BadEvent):
        read_event(call, "track", NOW)  # type: ignore[arg-type]


def test_a_page_cannot_grow_a_session_without_end() -> None:
    properties = {f"k{i}": "x" * 9000 for i in range(500)} | {"deep": [{"a": [{"b": 1}]}] * 99}
    event = _read(properties=properties)
    assert len(str(event.properties)) < 30_000  # type: ignore[attr-defined]
