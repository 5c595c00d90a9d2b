"""Who decides whether conditions hold: the matcher, with the oracle to fall back on.

Any exception of the matcher is answered by the oracle and counted, so a rule engine that fails
costs microseconds, never a visitor's answer.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flows.conditions import Facts
from rules import matcher
from rules.generated import Generated
from rules.model import Rule
from rules.oracle import fire

DIFFERED = "it_differed"
Holding = Callable[[Sequence[Rule], Facts], set[str]]
_log = logging.getLogger(__name__)


SHADOWED = 100
"""Every how many decisions the oracle makes one too; the first one is among them."""
_COUNTED = ("matched", "fell_back", "shadowed", "differed")


@dataclass
class Judge:
    """Judges the conditions of a rule set. Without a matcher the oracle does it alone.

    One decision of a hundred is made by both; where they differ the oracle is right, and judges
    alone from then on. `why_not` says why there is no matcher: a code, or what it said.
    """

    matcher: "matcher.Matcher | None" = None
    why_not: str = "not_built"
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    plain: Holding = fire
    """The oracle: where there is a rule set, as code that was generated from it."""

    @classmethod
    def build(cls, rules: Sequence[Rule]) -> "Judge":
        """Build the matcher for a rule set, or say why it cannot be had."""
        plain = Generated(rules).fire
        try:
            return cls(matcher.Matcher(rules), "", plain=plain)
        except matcher.MatcherUnavailable as error:
            return cls.without(rules, str(error))

    @classmethod
    def without(cls, rules: Sequence[Rule], why: str) -> "Judge":
        """Judge a rule set by generated code alone, and say why."""
        return cls(None, why, plain=Generated(rules).fire)

    def holding(self, rules: Sequence[Rule], facts: Facts) -> set[str]:
        """Name those of these rules whose conditions hold."""
        if self.matcher is None or not rules:
            return self.plain(rules, facts)
        try:
            found = self.matcher.fire(rules, facts)
        except Exception:
            self.counts["fell_back"] += 1
            return self.plain(rules, facts)
        self.counts["matched"] += 1
        is_shadowed = self.counts["matched"] % SHADOWED == 1
        return self._shadowed(rules, facts, found) if is_shadowed else found

    def _shadowed(self, rules: Sequence[Rule], facts: Facts, found: set[str]) -> set[str]:
        self.counts["shadowed"] += 1
        right = fire(rules, facts)
        if right != found:
            self.counts["differed"] += 1
            self.matcher, self.why_not = None, DIFFERED
            _log.error("the matcher is wrong about %s; the oracle goes on alone", right ^ found)
        return right
