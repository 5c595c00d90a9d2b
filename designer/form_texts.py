"""Names and texts that people type: cleaned, and laid over those in languages a form hides."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from flows.model import in_language

MOST_NAME = 120
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Control and bidi characters, halves of surrogate pairs, line ends: no name has any."""
_JOINERS = "\u200c\u200d"
"""Some scripts and emoji are written with them."""


def name_of(words: object, most: int = MOST_NAME) -> str:
    """Clean a name as typed: one line, nothing unseen, not too long."""
    spaced = "".join(" " if char in "\t\n\r" else char for char in str(words or "")[: 4 * most])
    seen = (c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _UNSEEN)
    return " ".join("".join(seen).split())[:most].strip()


def names_of(given: object) -> dict[str, str]:
    """Clean the names of a form by language; an empty one stays, for it takes a name away."""
    if not isinstance(given, Mapping):
        return {}
    return {str(language)[:20]: name_of(words) for language, words in given.items()}


def kept_name(known: object, given: object) -> Any:
    """Give a name as the form has it, in the languages it shows; None where none is left."""
    return kept_text(known, names_of(given))


def kept_text(known: object, given: object) -> Any:
    """Give a text as the form has it in the languages it shows; the others stay.

    Where a language has no words of its own, a form shows those of another: they are not taken for
    a translation. A text that is the same in every language stays one.
    """
    if not isinstance(given, Mapping):
        return known or None
    said = {str(language): str(words).strip() for language, words in given.items()}
    if set(said) == {""}:
        return said[""] or None
    if isinstance(known, str):
        changed = [words for words in said.values() if words not in (known.strip(), "")]
        if not changed:
            return known or None
        said = {language: words for language, words in said.items() if words != known.strip()}
        return said if len(said) > 1 else changed[0]
    before = {k: v for k, v in known.items() if isinstance(v, str)} if _is_text(known) else {}
    borrowed = {
        language
        for language, words in said.items()
        if before and language not in before and words == in_language(before, language).strip()
    }
    both = {**before, **{k: words for k, words in said.items() if k not in borrowed}}
    kept = {k: words for k, words in both.items() if words.strip()}
    return {
        k: before[k] if before.get(k, "").strip() == words else words for k, words in kept.items()
    } or None


def like(known: object, given: object, place: int, many: int) -> object:
    """Find the text that a row of a form showed: by its words, else by its place."""
    texts: Sequence[object] = known if isinstance(known, list) else ()
    said = given if isinstance(given, Mapping) else {}
    for text in texts:
        if _is_text(text) and said and all(text.get(k, "") == words for k, words in said.items()):
            return text
    return texts[place] if len(texts) == many and place < many else None


def _is_text(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)
