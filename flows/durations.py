"""Durations as people write them: `90s`, `2m`, `24h`, `7d`."""

import re

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PATTERN = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)\Z")
LONGEST = 366 * 86400.0


def seconds(text: object) -> float | None:
    """Read a duration; None when it is not one, or longer than a year."""
    match = _PATTERN.match(text) if isinstance(text, str) else None
    if match is None:
        return None
    value = float(match[1]) * UNITS[match[2]]
    return value if value <= LONGEST else None


def words(value: float) -> str:
    """Write a duration in the largest unit that divides it."""
    for unit in ("d", "h", "m", "s"):
        if value >= UNITS[unit] and value % UNITS[unit] == 0:
            return f"{int(value / UNITS[unit])}{unit}"
    return f"{round(value * 1000)}ms"
