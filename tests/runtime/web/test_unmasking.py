"""A mask is taken off as the standard has it, and gunicorn still has the method that we replace."""

from gunicorn.asgi.websocket import WebSocketProtocol
from hypothesis import given
from hypothesis import strategies as some

from runtime.web.unmasking import unmasked


@given(some.binary(max_size=300), some.binary(min_size=4, max_size=4))
def test_it_is_what_gunicorn_would_give(payload: bytes, key: bytes) -> None:
    theirs = WebSocketProtocol.__dict__["_unmask"]
    assert unmasked(payload, key) == theirs(None, payload, key)


def test_the_example_of_the_standard() -> None:
    said = bytes([0x7F, 0x9F, 0x4D, 0x51, 0x58])
    assert unmasked(said, bytes([0x37, 0xFA, 0x21, 0x3D])) == b"Hello"
