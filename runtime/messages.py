"""Message, Reply, Card, QuickReply: what crosses a channel.

Everything that moves a conversation is a Message, told apart by `kind`: what a visitor writes,
taps or does on a page, a timer that came due, a coupon that was issued, a word from a person.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Protocol

from runtime.errors import MessageRefused

MOST_TEXT = 10_000
SPOKEN = ("message", "open", "human")
_NAME = re.compile(r"[A-Za-z0-9_.:@+-]{1,128}\Z")


@dataclass(frozen=True)
class Message:
    """One thing that reaches a conversation. `id` makes it count once."""

    visitor: str
    channel: str = "widget"
    text: str = ""
    id: str = ""
    kind: str = "message"
    lang: str = ""
    payload: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


class Tappable(Protocol):
    """What a button says, and what it sends when it is tapped."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def payload(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class QuickReply:
    """A button that answers for the visitor."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """One line of the log: what was said, by whom, and what hangs below it."""

    text: str
    sender: str = "bot"
    seq: int = 0
    at: int = 0
    id: str = ""
    quick_replies: tuple[Tappable, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)
    agent: str = ""
    script: str = ""
    variant: str = ""


def line_of(reply: Reply) -> dict[str, Any]:
    """Give a reply as a line of the log, as the widget reads it; empty keys are left out."""
    line: dict[str, Any] = {"type": "line", "seq": reply.seq, "from": reply.sender, "at": reply.at}
    if reply.id:
        line["id"] = reply.id
    if reply.text:
        line["text"] = reply.text
    if reply.quick_replies:
        buttons = [{"title": b.title, "payload": b.payload} for b in reply.quick_replies]
        line["quick_replies"] = buttons
    if reply.card:
        line["card"] = dict(reply.card)
    if reply.agent:
        line["agent"] = reply.agent
    if reply.script:
        line["script"] = reply.script
    if reply.variant:
        line["variant"] = reply.variant
    return line


def reply_of(line: Mapping[str, Any]) -> Reply:
    """Read a line of the log."""
    return Reply(
        line.get("text", ""),
        line.get("from", "bot"),
        line.get("seq", 0),
        line.get("at", 0),
        line.get("id", ""),
        tuple(QuickReply(**button) for button in line.get("quick_replies", ())),
        line.get("card", {}),
        line.get("agent", ""),
        line.get("script", ""),
        line.get("variant", ""),
    )


def visitor_name(given: str) -> str:
    """Give the name a visitor has with us: their own where it is plain, else a hash of it."""
    if _NAME.match(given):
        return given
    return "h-" + blake2b(given.encode("utf-8", "replace"), digest_size=16).hexdigest()


def checked(message: Message) -> Message:
    """Refuse what breaks a limit, and drop what no text may carry."""
    if len(message.text) > MOST_TEXT:
        raise MessageRefused("too_long", f"A message may have {MOST_TEXT} characters.")
    if len(message.id) > 200 or len(message.payload) > 500:
        raise MessageRefused("bad_frame", "The id or the payload is too long.")
    return message
