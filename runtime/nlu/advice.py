"""What is odd about training sentences: too few, too unequal, the same under two intents.

Nearness is the Jaccard index of character bigrams (Jaccard 1901), looked for only among sentences
that share a rare bigram, so that thousands of sentences take a moment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from runtime.nlu.local import normalise
from runtime.nlu.training import Example

FEW = 8
"""Sentences below which an intent is often missed."""
UNEQUAL = 8
"""Times the median above which an intent draws others to itself."""
NEAR = 0.8
RARE = 40
"""Sentences a bigram may stand in to be worth following."""
MOST_ADVICE = 200


@dataclass(frozen=True)
class Advice:
    """One thing to look at, as a code: at which intent, and beside which other, with the words."""

    code: str
    intent: str
    other: str = ""
    text: str = ""
    number: int = 0


def advise(examples: Sequence[Example]) -> list[Advice]:
    """Name what is odd about training sentences, the worst first."""
    counts = Counter(example.intent for example in examples)
    usual = median(counts.values()) if counts else 0
    found = list(_alike(examples))
    found += [Advice("too_few", intent, number=n) for intent, n in counts.items() if n < FEW]
    many = (pair for pair in counts.items() if pair[1] > UNEQUAL * max(usual, FEW))
    found += [Advice("too_many", intent, number=n) for intent, n in many]
    return found[:MOST_ADVICE]


def _alike(examples: Sequence[Example]) -> Iterator[Advice]:
    """Find sentences that stand, word for word or nearly, under two intents."""
    by_text: dict[str, dict[str, str]] = defaultdict(dict)
    for example in examples:
        by_text[normalise(example.text)].setdefault(example.intent, example.text)
    for intents in by_text.values():
        names = list(intents)
        for other in names[1:]:
            yield Advice("conflict", names[0], other, intents[names[0]])
    texts = [text for text, intents in by_text.items() if text and len(intents) == 1]
    yield from _near(texts, by_text)


def _near(texts: Sequence[str], by_text: Mapping[str, Mapping[str, str]]) -> Iterator[Advice]:
    pieces = [frozenset(pairwise(text)) for text in texts]
    where: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, bigrams in enumerate(pieces):
        for bigram in bigrams:
            where[bigram].append(number)
    seen = set()
    for numbers in where.values():
        if len(numbers) > RARE:
            continue
        for at, first in enumerate(numbers):
            for second in numbers[at + 1 :]:
                pair = (first, second)
                one, two = by_text[texts[first]], by_text[texts[second]]
                if pair in seen or one.keys() == two.keys():
                    continue
                seen.add(pair)
                both = pieces[first] | pieces[second]
                if len(pieces[first] & pieces[second]) >= NEAR * len(both) and len(both) > 3:
                    (intent, text), (other, _) = *one.items(), *two.items()
                    yield Advice("near", intent, other, text)
