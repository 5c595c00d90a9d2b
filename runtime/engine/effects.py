"""What the engine wants done: wishes, not deeds. `runtime/perform.py` carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flows.connectors import Connector
from flows.workspace import Coupon
from rules.deciding import Decision


@dataclass(frozen=True)
class Button:
    """A quick reply under a wording."""

    title: str
    payload: str


@dataclass(frozen=True)
class Say:
    """Say a wording to the visitor."""

    text: str
    buttons: tuple[Button, ...] = ()
    script: str = ""
    variant: str = ""
    card: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Enter:
    """A step was entered; nothing to do but to note it."""

    flow: str
    step: str


@dataclass(frozen=True)
class Expose:
    """A visitor saw this variant for the first time in the session, at `since`.

    Here and below, `run` names the experiment they met it in; empty where there was none.
    `segments` are those that the visitor was in then; noted in experiments only.
    """

    script: str
    variant: str
    since: float = 0.0
    run: str = ""
    segments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Click:
    """A visitor followed what this variant offered, seen first at `since`."""

    script: str
    variant: str
    since: float = 0.0
    run: str = ""


@dataclass(frozen=True)
class WantPerson:
    """A visitor who saw this variant in an experiment wanted a person, seen first at `since`."""

    script: str
    variant: str
    since: float = 0.0
    run: str = ""


@dataclass(frozen=True)
class Convert:
    """An order is credited, once however often it is reported, to a variant seen at `since`."""

    script: str
    variant: str
    order: str
    value: float
    since: float = 0.0
    run: str = ""


@dataclass(frozen=True)
class Refund:
    """An order was given back, and its credit with it: all where `total` is 0, else so much."""

    order: str
    total: float = 0.0


@dataclass(frozen=True)
class HandOver:
    """A person is wanted."""

    queue: str
    reason: str


@dataclass(frozen=True)
class AskSystem:
    """Ask another system; `key` is what its answer will name."""

    connector: Connector
    flow: str
    step: str
    send: Mapping[str, Any]
    slots: Mapping[str, Any]
    text: str
    intent: str
    key: str


@dataclass(frozen=True)
class TellSystem:
    """Tell another system that a rule fired; `key` lets it hear that once."""

    connector: Connector
    rule: str
    facts: Mapping[str, Any]
    key: str


@dataclass(frozen=True)
class Notify:
    """Show agents a notice about the visitor."""

    text: str
    rule: str


@dataclass(frozen=True)
class PushCoupon:
    """Give the visitor a coupon; `key` makes it happen once."""

    coupon: Coupon
    expires: float
    key: str


@dataclass(frozen=True)
class Note:
    """Something to be remembered in the event log: a rule that fired or was kept quiet, a loop."""

    name: str
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Decide:
    """Rules were decided about; remembered, so that one can say why each did or did not speak."""

    decision: Decision


Effect: TypeAlias = (
    Say
    | Enter
    | Expose
    | Click
    | WantPerson
    | Convert
    | Refund
    | HandOver
    | AskSystem
    | TellSystem
    | Notify
    | PushCoupon
    | Note
    | Decide
)
