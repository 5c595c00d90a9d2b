"""The same answer from durable-rules; the only module that imports it."""

from collections.abc import Sequence

from flows.conditions import Facts
from rules.model import Rule


class MatcherUnavailable(Exception):
    """durable-rules cannot be used here; the text says why."""


class Matcher:
    """Matches facts."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        raise MatcherUnavailable("not built")

    def fire(self, rules: Sequence[Rule], facts: Facts) -> set[str]:
        """Name those of these rules whose conditions hold."""
        return set()
