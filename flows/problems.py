"""A problem: what is wrong with something people drew, as a code with a place.

The core speaks in codes; `designer/wording.py` has the sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

WARNINGS = frozenset(
    {
        "missing_translation",
        "unreachable_step",
        "no_limit",
        "long_wording",
        "connector_without_address",
        "rule_shadowed",
        "never_holds",
        "always_holds",
        "or_of_negatives",
        "nothing_to_compare",
        "emit_loop",
        "contradicting_deeds",
        "timer_never_ends",
        "intent_never_told",
        "mixed_list",
    }
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where: lines and columns count from 1, 0 is unknown."""

    code: str
    file: str = ""
    line: int = 0
    column: int = 0
    step: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_warning(self) -> bool:
        """Say whether one may publish all the same."""
        return self.code in WARNINGS


def blocking(problems: list[Problem]) -> list[Problem]:
    """Keep the problems that must be mended before publishing."""
    return [problem for problem in problems if not problem.is_warning]
