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
from runtime.nlu.sentences import plain_lines
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
        found = (entity for _, entity in self.places(text) if entity[1])
        return tuple(dict.fromkeys(found))[:MOST_FOUND]

    def places(self, text: str) -> list[tuple[str, Entity]]:
        """Give the words (NFKC) that name something, each with what they name, in their order."""
        plain = unicodedata.normalize("NFKC", text)
        spans = list(self._phrases_in(plain))
        for name, pattern in self.patterns:
            spans += [(*match.span(), (name, match.group(0))) for match in pattern.finditer(plain)]
        spans += [(a, b, one) for a, b, one in usual_in(plain) if not _inside(a, b, spans)]
        ordered = sorted(spans, key=lambda span: (span[0], -span[1]))
        return [(plain[start:end], entity) for start, end, entity in ordered]

    def _phrases_in(self, plain: str) -> Iterator[tuple[int, int, Entity]]:
        text = folded(plain)
        if len(text) != len(plain) or not self.phrases:
            text = plain  # A letter whose small form is longer: places must stay where they are.
        at = 0
        while at < len(text):
            most = min(self.longest.get(text[at], 0), len(text) - at)
            for size in range(most, 0, -1):
                found = self.phrases.get(text[at : at + size])
                if found and _stands_alone(text, at, at + size):
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
        phrase: (name, synonyms.get(folded(value), value))
        for phrase, (name, value) in phrases.items()
    }
    # What something listed stands for is found as well, and so are its synonyms.
    by_value = {folded(value): (name, value) for name, value in renamed.values()}
    renamed |= {value: one for value, one in by_value.items() if value not in renamed}
    for variant, value in synonyms.items():
        if folded(value) in by_value:
            renamed.setdefault(variant, (by_value[folded(value)][0], value))
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
    lines = plain_lines(item.get("examples"))
    if lookup := item.get("lookup"):
        phrases |= {folded(line): (str(lookup), line) for line in lines if folded(line)}
    elif synonym := item.get("synonym"):
        synonyms |= {folded(line): str(synonym) for line in lines if folded(line)}
    elif name := item.get("regex"):
        patterns += [(str(name), one) for one in map(_compiled, lines) if one is not None]
    elif "intent" in item:
        for line in lines:
            for words, entity, value in annotated(line):
                if folded(words):
                    phrases.setdefault(folded(words), (entity, value))


def _items(text: str) -> list[Mapping[str, Any]]:
    try:
        items = values_of(text).get("nlu")
    except ValueError:
        return []
    return [item for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def _objects(text: str) -> list[Mapping[str, Any]]:
    try:
        told = json.loads(text)
    except ValueError:
        return []
    return [one for one in (told if isinstance(told, list) else [told]) if isinstance(one, Mapping)]


def _compiled(pattern: str) -> Any:
    try:
        return compiled(pattern)
    except ValueError:
        return None


def compiled(pattern: str) -> Any:
    """Compile a pattern as it is read in messages; ValueError with what is wrong with it."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        (reason,) = error.args or ("",)
        said = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(said) from error


def folded(text: str) -> str:
    """Give a text as it is compared: its case, its width and the blanks around it do not count."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether letters end where a phrase ends: `app` is not in `apple`."""
    before = start > 0 and _LATIN.match(text[start - 1]) and _LATIN.match(text[start])
    after = end < len(text) and _LATIN.match(text[end]) and _LATIN.match(text[end - 1])
    return not before and not after


def _inside(start: int, end: int, spans: Iterable[tuple[int, int, Entity]]) -> bool:
    return any(start < b and a < end for a, b, _ in spans)
