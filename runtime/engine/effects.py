"""What the engine wants done: wishes, not deeds. `runtime/perform.py` carries them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flows.connectors import Connector
from flows.workspace import Coupon
from rules.deciding import Decision
from runtime.engine.session import Exposure


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
    """A visitor saw this variant for the first time in the session.

    `segments` are those that the visitor was in then, noted in experiments only; `held` says
    whether they are in the experiments or out of all, where that is told apart.
    """

    seen: Exposure
    segments: tuple[str, ...] = ()
    held: str = ""


@dataclass(frozen=True)
class Click:
    """A visitor followed what this variant offered."""

    seen: Exposure


@dataclass(frozen=True)
class Mark:
    """Something became of a visitor who met this arm (`marks.py`); -1 takes it back."""

    what: str
    seen: Exposure
    many: int = 1


@dataclass(frozen=True)
class Convert:
    """An order is credited, once however often it is reported, to a variant.

    `foreign` names a currency that is not ours, whose amount is left out. `first` is the one seen
    first, where that is another; `also` are the arms of flows and rules met around it. `caps` by
    run say up to what an order's value counts, 0 is no cap.
    """

    seen: Exposure
    order: str
    value: float
    foreign: str = ""
    first: Exposure | None = None
    also: tuple[Exposure, ...] = ()
    held: str = ""
    caps: Mapping[str, float] = field(default_factory=dict)


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
    | Mark
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
