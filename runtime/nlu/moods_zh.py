"""How a Chinese text feels, by a list of words written for this project.

No public list of Chinese mood words has a licence to ship. Words are found longest first, without
cutting the text into words; a word before it may turn or strengthen it, as in VADER (Hutto and
Gilbert 2014), whose way from the sum to the compound score is taken over as well.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS = Path(__file__).with_name("moods_zh.tsv")
ALPHA = 15.0  # VADER's: the sum at which the compound score is about .25.
TURNED = -0.6
SOFTLY_TURNED = -0.4
BEHIND = 4
"""Characters before a word in which what turns or strengthens it is looked for."""
_STOPS = frozenset("，。！？；：、,.!?;:\n ~～…")
_TURNS = ("不是", "没有", "不会", "不能", "并不", "不", "没", "无", "别", "未", "非", "勿")
_SOFTENS = ("不太", "不怎么", "不算", "不够", "没那么", "不是很", "不是太")
_DEGREES = {
    **dict.fromkeys(
        ("非常", "特别", "超级", "极其", "十分", "简直", "实在", "真是", "太", "超"), 1.35
    ),
    **dict.fromkeys(("很", "真", "好", "挺", "蛮", "老", "巨", "贼", "最", "更"), 1.15),
    **dict.fromkeys(("有点", "有些", "稍微", "略", "不太"), 0.7),
}
_HARMLESS = re.compile("非常|特别|无比|差别|区别|级别|分别|告别|未来|不但|不仅|不愧|不得不")
"""Words that hold what turns a feeling, and turn none."""
_ASKS = re.compile("(?:吗|么|呢|嘛|多久|几天|怎么办|怎么修|怎么退)[?？。~～]*$|[?？]$")
STRONG = 2.5
"""The valence from which a word is a feeling even in a question."""
_CRIES = re.compile("[!！]")
_ASKS_HARD = re.compile("[?？]{2,}|[?？][!！]|[!！][?？]")
_RHETORICAL = re.compile(
    "难道.{0,20}[吗么?？]|凭什么|有.{0,6}这样.{0,8}(?:吗|的么|做生意)|(?:还|就)这.{0,6}(?:质量|服务|态度|水平)"
    "|谁(?:敢|还).{0,6}买|哪(?:有|里有)这(?:样|种)|(?:几|多少)(?:天|次|遍)了.{0,6}(?:还|都|没)|什么时候才|到底.{0,12}(?:不|没|还)"
)


@dataclass(frozen=True)
class Mood:
    """Compound score between -1 and 1, anger between 0 and 1, and the words with their weights."""

    compound: float = 0.0
    anger: float = 0.0
    words: tuple[tuple[str, float], ...] = ()


def mood_of(text: str) -> Mood:
    """Read how a Chinese text feels."""
    lowered = text.lower()
    found, angers = [], []
    for at, word, valence, anger in _matches(lowered):
        factor = _factor(lowered, at)
        if valence:
            found.append((word, valence * factor))
        if anger and factor > 0:
            angers.append(min(1.0, anger * min(factor, 1.2)))
    total = sum(weight for _, weight in found)
    asked_hard = bool(_ASKS_HARD.search(text))
    if _ASKS.search(text.strip()) and not any(abs(w) >= STRONG for _, w in found):
        total *= 0.4  # Who asks whether it runs small has no feeling about it yet.
    if _RHETORICAL.search(text):
        total -= 1.0
        angers.append(0.35)
    cries = min(3, len(_CRIES.findall(text)))
    if total and cries:
        total += math.copysign(0.3 * cries, total)
    if total < 0 and (cries > 1 or asked_hard):
        angers.append(0.2)
    calm = math.prod(1 - anger for anger in angers)
    compound = total / math.sqrt(total * total + ALPHA)
    return Mood(round(compound, 4), round(1 - calm, 4), tuple(found))


def _matches(text: str) -> list[tuple[int, str, float, float]]:
    """Find the words of the list in a text, the longest at each place, none inside another."""
    words, longest = _words()
    found, at = [], 0
    while at < len(text):
        for size in range(min(longest.get(text[at], 0), len(text) - at), 0, -1):
            word = text[at : at + size]
            if word in words:
                found.append((at, word, *words[word]))
                at += size
                break
        else:
            at += 1
    return found


def _factor(text: str, at: int) -> float:
    """Say how what stands right before a word changes it."""
    # One more, so that no harmless word is cut in two; what is harmless keeps its place.
    before = _HARMLESS.sub(lambda found: "＿" * len(found[0]), text[max(0, at - BEHIND - 1) : at])
    plain = text[max(0, at - BEHIND) : at]
    before = before[-BEHIND:]
    cut = max((before.rfind(stop) for stop in _STOPS), default=-1)
    before = before[cut + 1 :]
    if any(word in before for word in _SOFTENS):
        return SOFTLY_TURNED
    factor = next((by for word, by in _DEGREES.items() if plain.endswith(word)), 1.0)
    turned = next((word for word in _TURNS if word in before), "")
    return factor * TURNED if turned else factor


@cache
def _words() -> tuple[dict[str, tuple[float, float]], dict[str, int]]:
    """Read the list, and how long its longest word with each first character is."""
    words, longest = {}, dict[str, int]()
    for line in WORDS.read_text("utf-8").splitlines():
        if line and not line.startswith("# "):
            word, valence, anger = line.split("\t")
            key = word.lower()
            words[key] = (float(valence), float(anger))
            longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return words, longest
