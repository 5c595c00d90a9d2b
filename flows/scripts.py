"""Script and variant: what is said at a step or by a rule, and its wordings (话术)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flows.model import Text


@dataclass(frozen=True)
class SayCard:
    """What may stand under a wording: a picture, a few words, and a link to follow."""

    title: Text = field(default_factory=dict)
    text: Text = field(default_factory=dict)
    image: str = ""
    url: str = ""
    label: Text = field(default_factory=dict)


@dataclass(frozen=True)
class Variant:
    """One wording of a script; a draft of one is not said to visitors.

    `replies` are answers offered under it: whoever taps one has written just that.
    """

    key: str
    text: Text = field(default_factory=dict)
    title: Text = field(default_factory=dict)
    is_draft: bool = False
    card: SayCard | None = None
    replies: tuple[Text, ...] = ()


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
    title: Text = field(default_factory=dict)

    @cached_property
    def spoken(self) -> dict[str, Variant]:
        """Give the wordings that visitors may get."""
        return {key: variant for key, variant in self.variants.items() if not variant.is_draft}
