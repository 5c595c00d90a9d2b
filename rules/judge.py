"""Who decides whether conditions hold: the matcher, with the oracle to fall back on.

Any exception of the matcher is answered by the oracle and counted, so a rule engine that fails
costs microseconds, never a visitor's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flows.conditions import Facts, holds
from rules import matcher
from rules.model import Rule


@dataclass
class Judge:
    """Judges the conditions of a rule set. Without a matcher the oracle does it alone."""

    matcher: "matcher.Matcher | None" = None
    why_not: str = "not_built"
    counts: dict[str, int] = field(default_factory=lambda: {"matched": 0, "fell_back": 0})

    @classmethod
    def build(cls, rules: Sequence[Rule]) -> "Judge":
        """Build the matcher for a rule set, or say why it cannot be had."""
        try:
            return cls(matcher.Matcher(rules), "")
        except matcher.MatcherUnavailable as error:
            return cls(None, str(error))

    def holding(self, rules: Sequence[Rule], facts: Facts) -> set[str]:
        """Name those of these rules whose conditions hold."""
        if self.matcher is not None and rules:
            try:
                found = self.matcher.fire(rules, facts)
            except Exception:
                self.counts["fell_back"] += 1
            else:
                self.counts["matched"] += 1
                return found
        return {rule.key for rule in rules if holds(rule.when, facts)}
