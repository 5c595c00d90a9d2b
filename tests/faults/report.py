"""What was tried and what came of it, for the report at the end."""

import os
from dataclasses import dataclass

import pytest

from tests.faults.checker import Found

LONG = os.environ.get("FAULTS") == "long"
"""Whether this is `make faults`, not the short form."""


@dataclass
class Tried:
    """A fault that was tried, and what came of it."""

    name: str
    kills: int
    found: Found


TRIED: list[Tried] = []
EXPECTED = "(expected to fail)"


def note(name: str, kills: int, found: Found) -> Found:
    """Put a fault into the report."""
    TRIED.append(Tried(name, kills, found))
    return found


def tell(reporter: pytest.TerminalReporter) -> None:
    """Print what was tried: faults, kills, acknowledged, lost, doubled."""
    if not TRIED:
        return
    reporter.section("faults")
    heads = (
        "kills",
        "acknowledged",
        "lost",
        "doubled",
        "disordered",
        "orphaned",
        "wrong",
        "longest",
    )
    reporter.line(f"{'fault':44}" + "".join(f"{head:>13}" for head in heads))
    for one in [*TRIED, _total()]:
        found = one.found
        counts = [one.kills, found.acknowledged]
        counts += [len(getattr(found, head)) for head in heads[2:7]]
        cells = "".join(f"{cell:>13}" for cell in (*counts, f"{found.longest:.1f} s"))
        reporter.line(f"{one.name:44}{cells}")


def _total() -> Tried:
    """Add up, without what nobody promises."""
    promised = [one for one in TRIED if EXPECTED not in one.name]
    total = Tried("in all", sum(one.kills for one in promised), Found())
    for one in promised:
        total.found.acknowledged += one.found.acknowledged
        total.found.longest = max(total.found.longest, one.found.longest)
        for kind in ("lost", "doubled", "disordered", "orphaned", "wrong"):
            getattr(total.found, kind).extend(getattr(one.found, kind))
    return total
