"""Which variant to say: the one said before, else a share of the visitors each, by hash.

The hash is blake2 of script and visitor, so the same visitor meets the same variant on every
machine, and two scripts do not choose alike.
"""

from collections.abc import Mapping
from hashlib import blake2b

from flows.scripts import Script


def shares(script: Script, weights: Mapping[str, float]) -> dict[str, float]:
    """Give each approved variant's share (they sum to 1): fixed, earned (`weights`) or even."""
    given = script.weights if script.weighting == "fixed" else {}
    if script.weighting == "bandit":
        given = weights
    spoken = script.spoken
    known = {key: max(given.get(key, 0.0), 0.0) for key in spoken}
    if script.weighting == "bandit" and not set(spoken) <= set(given):
        known = {}
    total = sum(known.values())
    if total <= 0:
        return {key: 1 / len(spoken) for key in spoken}
    return {key: weight / total for key, weight in known.items()}


def choose(script: Script, visitor: str, assigned: str, weights: Mapping[str, float]) -> str:
    """Choose a variant for a visitor; empty when the script has none that is approved."""
    if assigned in script.variants:
        return assigned
    point = draw(f"{script.key}|{visitor}")
    last = ""
    for key, share in shares(script, weights).items():
        if share > 0:
            last = key
            point -= share
            if point < 0:
                break
    return last


def draw(name: str) -> float:
    """Give a number in [0, 1) that depends on the name alone."""
    return int.from_bytes(blake2b(name.encode(), digest_size=7).digest()) / 2**56
