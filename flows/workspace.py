"""The workspace file: its name, its languages, and what holds for every flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.model import Text


@dataclass(frozen=True)
class Coupon:
    """A coupon that rules may push, or a gift; `amount` in units of the shop's currency."""

    key: str
    title: Text = field(default_factory=dict)
    amount: float = 0
    url: str = ""
    kind: str = "coupon"


@dataclass(frozen=True)
class Human:
    """How a visitor reaches a person from anywhere."""

    intent: str = "ask_human"
    queue: str = "service"
    script: str = ""
    closed: str = ""


@dataclass(frozen=True)
class Marketing:
    """What holds for all rules of the group `marketing` together; without it nothing does.

    At most `most` deeds to one visitor `within` seconds; none from minute `quiet_from` of the
    local day to `quiet_to`; none at all to `hold_out`, a share of the visitors from 0 to 1: they
    show what would happen without.
    """

    most: int | None = None
    within: float = 0.0
    quiet_from: int = 0
    quiet_to: int = 0
    hold_out: float = 0.0


@dataclass(frozen=True)
class Workspace:
    """What holds for every flow; the first language is spoken when a visitor's own is missing.

    `tests` says what a failing test does to publishing, `block` or `warn`; with `four_eyes` what
    one person asks to publish another must look at. `intents` names intents for people.
    `escalation` says by language from where on a message counts against a visitor's patience;
    `hold_out` is the share of visitors who take part in no experiment; amounts are in `currency`
    (ISO 4217).
    """

    key: str = "workspace"
    name: Text = field(default_factory=dict)
    languages: tuple[str, ...] = ("zh-CN",)
    start: str = ""
    fallback: str = ""
    human: Human = field(default_factory=Human)
    confidence: float = 0.4
    coupons: Mapping[str, Coupon] = field(default_factory=dict)
    tests: str = "block"
    four_eyes: bool = False
    intents: Mapping[str, Text] = field(default_factory=dict)
    widget_title: Text = field(default_factory=dict)
    widget_greeting: Text = field(default_factory=dict)
    widget_color: str = "#4f46e5"
    escalation: Mapping[str, float] = field(default_factory=dict)
    marketing: Marketing = field(default_factory=Marketing)
    hold_out: float = 0.0
    currency: str = "CNY"
