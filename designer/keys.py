"""Keys for what people name: plain enough for a file, and free."""

import re


def free_key(wanted: str, fallback: str, taken: set[str]) -> str:
    """Make a key out of a title that nothing else has."""
    plain = re.sub(r"[^a-z0-9_]+", "_", wanted.lower()).strip("_")[:40]
    stem = plain if re.match(r"[a-z]", plain) else fallback
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}_{number}", number + 1
    return key
