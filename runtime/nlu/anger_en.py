"""How angry an English text is, by a list of words and phrases written for this project.

VADER knows good and bad, not anger. A phrase is found longest first; what stands before it takes
its anger away (“not angry”) or makes it stronger (“absolutely furious”). Who asks how something is
done is hardly angry about it.
"""

import math
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("anger_en.tsv")
BEHIND = 3
"""Words before a phrase in which what turns it is looked for."""
ASKED = 0.4
STRONG = 0.7
"""The anger from which a word is one even in a question."""
_WORD = re.compile(r"[a-zA-Z][a-zA-Z*'-]*|[.,;!?\n]")
_STOPS = frozenset(".,;!?\n")
_NEGATIONS = ("not", "no", "never", "without", "hardly")
_SHORTENED = ("isnt", "wasnt", "arent", "dont", "doesnt", "didnt", "cant", "aint")
_TURNS = frozenset((*_NEGATIONS, *_SHORTENED))
_DEGREES = {
    **dict.fromkeys(("absolutely", "completely", "totally", "utterly", "extremely", "beyond"), 1.3),
    **dict.fromkeys(("very", "so", "really", "such", "truly", "quite", "too"), 1.15),
    **dict.fromkeys(("slightly", "somewhat", "bit", "little", "kinda", "mildly"), 0.5),
}
_ASKS = re.compile(
    r"^\W*(?:hi|hello|hey|please)?\W*"
    r"(?:how (?:do|can|to|should|would|does|is|are)|where|when|what is|what's|which"
    r"|can|could|do|does|is|are|may|would)\b",
    re.IGNORECASE,
)
_CRIES = re.compile(r"!{2,}|\?{2,}|\?!|!\?")
_SHOUTS = re.compile(r"\b[A-Z]{2,}\b")
_USUAL = frozenset(("IS", "MY", "THE", "YOU", "YOUR", "NOT", "WHY", "WHERE", "THIS", "NO", "ARE"))
"""Words that are no names: `USB`, `LED` and `HDMI` are not shouted."""


def anger_of(text: str) -> float:
    """Read how angry an English text is, between 0 and 1."""
    words = [one.lower().replace("'", "") for one in _WORD.findall(text.replace("’", "'"))]
    found = _angers(words)
    if _ASKS.search(text) and not any(anger >= STRONG for anger in found):
        found = [anger * ASKED for anger in found]
    shouted = _SHOUTS.findall(text)
    most = 2 * len(shouted) >= sum(one not in _STOPS for one in words)
    if len(shouted) >= 3 and most and _USUAL & set(shouted):
        found.append(0.35)
    if found and _CRIES.search(text):
        found.append(0.2)
    return round(1 - math.prod(1 - anger for anger in found), 4)


def _angers(words: Sequence[str]) -> list[float]:
    phrases, longest = _phrases()
    found, at = [], 0
    while at < len(words):
        for size in range(min(longest.get(words[at], 0), len(words) - at), 0, -1):
            anger = phrases.get(tuple(words[at : at + size]))
            if anger is not None:
                found.append(min(1.0, anger * _factor(words[max(0, at - BEHIND) : at])))
                at += size
                break
        else:
            at += 1
    return found


def _factor(before: Sequence[str]) -> float:
    """Say how the words right before a phrase change it."""
    stop = max((n for n, word in enumerate(before) if word in _STOPS), default=-1)
    near = before[stop + 1 :]
    if any(word in _TURNS for word in near):
        return 0.0
    return _DEGREES.get(near[-1], 1.0) if near else 1.0


@cache
def _phrases() -> tuple[dict[tuple[str, ...], float], dict[str, int]]:
    """Read the list, and how long its longest phrase with each first word is."""
    phrases, longest = {}, dict[str, int]()
    for line in WORDS.read_text("utf-8").splitlines():
        if line and not line.startswith("# "):
            said, anger = line.split("\t")
            words = tuple(said.split())
            phrases[words] = float(anger)
            longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return phrases, longest
