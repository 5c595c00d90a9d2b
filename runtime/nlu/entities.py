"""The things a text names: those that training files list, and the usual ones every shop needs.

Of a training file count its lookup tables, synonyms, regexes and annotated sentences, as Rasa
writes them. A phrase is found as it was listed, whatever its case or width; what nobody listed is
left to Rasa, which may learn it.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from flows.yaml_text import values_of
from runtime.nlu.usual_entities import KINDS, usual_in

Entity = tuple[str, str]  # Name and value.
MOST_FOUND = 20
MOST_PATTERNS = 200
_ANNOTATED = re.compile(r"\[([^\[\]]+)\](?:\(([^()\[\]]+)\)|(\{[^{}]+\})|\[(\s*\{[^\[\]]+\}\s*)\])")
_LATIN = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, eq=False)
class EntityReader:
    """Phrases (folded) with what they name, patterns, and the longest phrase by first character."""

    phrases: Mapping[str, Entity] = field(default_factory=dict)
    patterns: tuple[tuple[str, Any], ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Name every entity that can be found, the usual ones among them."""
        named = {name for name, _ in self.phrases.values()}
        return frozenset(named | {name for name, _ in self.patterns} | set(KINDS))

    def read(self, text: str) -> tuple[Entity, ...]:
        """Find what a text names, in the order of the text; each pair once."""
        plain = unicodedata.normalize("NFKC", text)
        spans = list(self._phrases_in(plain))
        for name, pattern in self.patterns:
            spans += [(*match.span(), (name, match.group(0))) for match in pattern.finditer(plain)]
        spans += [(a, b, one) for a, b, one in usual_in(plain) if not _inside(a, b, spans)]
        ordered = sorted(spans, key=lambda span: (span[0], -span[1]))
        return tuple(dict.fromkeys(one for _, _, one in ordered if one[1]))[:MOST_FOUND]

    def _phrases_in(self, plain: str) -> Iterator[tuple[int, int, Entity]]:
        folded = _folded(plain)
        if len(folded) != len(plain) or not self.phrases:
            folded = plain  # A letter whose small form is longer: places must stay where they are.
        at = 0
        while at < len(folded):
            most = min(self.longest.get(folded[at], 0), len(folded) - at)
            for size in range(most, 0, -1):
                found = self.phrases.get(folded[at : at + size])
                if found and _stands_alone(folded, at, at + size):
                    yield at, at + size, found
                    at += size
                    break
            else:
                at += 1


def read_entities(files: Mapping[str, str]) -> EntityReader:
    """Gather what the training files of a workspace list; a file that cannot be read lists none."""
    taught = ((path, text) for path, text in files.items() if path.startswith("nlu/"))
    return _gathered(tuple(sorted(taught)))


def _gather(files: Mapping[str, str]) -> EntityReader:
    phrases: dict[str, Entity] = {}
    patterns: list[tuple[str, Any]] = []
    synonyms: dict[str, str] = {}
    for path in sorted(files):
        for item in _items(files[path]):
            _take(item, phrases, patterns, synonyms)
    renamed = {
        phrase: (name, synonyms.get(_folded(value), value))
        for phrase, (name, value) in phrases.items()
    }
    # What something listed stands for is found as well, and so are its synonyms.
    by_value = {_folded(value): (name, value) for name, value in renamed.values()}
    renamed |= {value: one for value, one in by_value.items() if value not in renamed}
    for variant, value in synonyms.items():
        if _folded(value) in by_value:
            renamed.setdefault(variant, (by_value[_folded(value)][0], value))
    longest: dict[str, int] = {}
    for phrase in renamed:
        longest[phrase[0]] = max(longest.get(phrase[0], 0), len(phrase))
    return EntityReader(renamed, tuple(patterns[:MOST_PATTERNS]), longest)


@lru_cache(maxsize=6)
def _gathered(items: tuple[tuple[str, str], ...]) -> EntityReader:
    return _gather(dict(items))


def annotated(sentence: str) -> list[tuple[str, str, str]]:
    """Give what a sentence annotates: the words, the entity, and the value they stand for."""
    found = []
    for words, name, one, several in _ANNOTATED.findall(sentence):
        for told in [{"entity": name}] if name else _objects(one or f"[{several}]"):
            entity = str(told.get("entity", "")).strip()
            if entity:
                # `[LA](city:Los Angeles)` is the older way of saying what the words stand for.
                entity, _colon, older = entity.partition(":")
                found.append((words, entity, str(told.get("value") or older or words)))
    return found


def _take(
    item: Mapping[str, Any],
    phrases: dict[str, Entity],
    patterns: list[tuple[str, Any]],
    synonyms: dict[str, str],
) -> None:
    lines = _lines(item.get("examples"))
    if lookup := item.get("lookup"):
        phrases |= {_folded(line): (str(lookup), line) for line in lines if _folded(line)}
    elif synonym := item.get("synonym"):
        synonyms |= {_folded(line): str(synonym) for line in lines if _folded(line)}
    elif name := item.get("regex"):
        patterns += [(str(name), one) for one in map(_compiled, lines) if one is not None]
    elif "intent" in item:
        for line in lines:
            for words, entity, value in annotated(line):
                if _folded(words):
                    phrases.setdefault(_folded(words), (entity, value))


def _items(text: str) -> list[Mapping[str, Any]]:
    try:
        items = values_of(text).get("nlu")
    except ValueError:
        return []
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _lines(examples: Any) -> list[str]:
    if isinstance(examples, list):
        texts = [one.get("text") if isinstance(one, Mapping) else one for one in examples]
        return [str(text).strip().removeprefix("- ") for text in texts if text]
    found = (line.strip().removeprefix("-").strip() for line in str(examples or "").split("\n"))
    return [line for line in found if line]


def _objects(text: str) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(text)
    except ValueError:
        return []
    return [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, Mapping)]


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether letters end where a phrase ends: `app` is not in `apple`."""
    before = start > 0 and _LATIN.match(text[start - 1]) and _LATIN.match(text[start])
    after = end < len(text) and _LATIN.match(text[end]) and _LATIN.match(text[end - 1])
    return not before and not after


def _inside(start: int, end: int, spans: Iterable[tuple[int, int, Entity]]) -> bool:
    return any(start < b and a < end for a, b, _ in spans)
