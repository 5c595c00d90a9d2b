"""Script and variant: what is said at a step or by a rule, and its wordings (话术)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.model import Text


@dataclass(frozen=True)
class Variant:
    """One wording of a script."""

    key: str
    text: Text = field(default_factory=dict)
    title: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """What is said, its wordings, and how one of them is chosen.

    `goal` is the event that counts as its conversion; a script without one earns no credit.
    `weighting` is `even`, `fixed` or `bandit`; `weights` holds the shares of `fixed`.
    """

    key: str
    variants: Mapping[str, Variant] = field(default_factory=dict)
    goal: str = ""
    weighting: str = "even"
    weights: Mapping[str, float] = field(default_factory=dict)
