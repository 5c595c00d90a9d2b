"""Turn: all the engine may know about the outside for one move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.workspace import Coupon
from runtime.engine.effects import Say
from runtime.engine.experiments import Running


@dataclass(frozen=True)
class Answered:
    """What another system answered to what was asked as `key`; `failed` says why it did not."""

    key: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    says: tuple[Say, ...] = ()
    failed: str = ""


@dataclass(frozen=True)
class Turn:
    """One message or event. `now` is seconds since 1970.

    `weights` are shares by script, `running` the experiments that scripts stand in.
    """

    now: float
    text: str = ""
    payload: str = ""
    intent: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    coupon: Coupon | None = None
    unheard: bool = False
    running: Mapping[str, Running] = field(default_factory=dict)
    entities: tuple[tuple[str, str], ...] = ()
    minute: int = 720
    """The minute of the shop's day."""
