"""The training sentences of the drafts: by intent and by file, and the edits of them."""

import re
from collections.abc import Mapping, Sequence

from flows import trees
from flows.yaml_text import MOST_BYTES, values_of
from runtime.nlu.sentences import (
    INVISIBLE,
    NEW_FILE,
    sentences_in,
    tidy,
    with_intents,
    with_sentences,
)

Files = Mapping[str, str]
Changed = dict[str, str | None]
_NAME = re.compile(r"nlu/[A-Za-z0-9_-]+\.yml")
_INTENT = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,79}")
CHINESE = re.compile(r"[⺀-鿿]")
_LANGUAGE = re.compile(r"(?:^|[_-])([a-z]{2})\.yml\Z")


def training_files(files: Files) -> list[str]:
    """Name the training files, those of the main language first."""
    whole = values_of(files.get("workspace.yaml", "{}"))
    order = [str(one).partition("-")[0] for one in whole.get("languages") or ()]
    paths = (path for path in files if path.startswith("nlu/"))
    return sorted(paths, key=lambda path: (_rank(language_of(path), order), len(path), path))


def _rank(language: str, order: list[str]) -> int:
    return order.index(language) if language in order else len(order)


def language_of(path: str) -> str:
    """Give the language a training file is in, by its name; empty when that says nothing."""
    found = _LANGUAGE.search(path.removeprefix("nlu/"))
    return found[1] if found else ""


def by_intent(files: Files) -> dict[str, dict[str, list[str]]]:
    """Give the sentences of each intent by file."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in training_files(files):
        for intent, sentences in sentences_in(files[path]).items():
            found.setdefault(intent, {})[path] = sentences
    return found


def shown_files(files: Files, intent: str, languages: Sequence[str]) -> dict[str, list[str]]:
    """Give the files an intent is shown with: those that have it, and one for each language."""
    found = dict(by_intent(files).get(intent, {}))
    for language in languages:
        family = language.partition("-")[0]
        if not any(language_of(path) == family for path in found):
            found.setdefault(file_for(files, family), [])
    order = [language.partition("-")[0] for language in languages]
    return dict(sorted(found.items(), key=lambda pair: _rank(language_of(pair[0]), order)))


def file_for(files: Files, language: str) -> str:
    """Name the file that new sentences of a language go to."""
    fitting = (path for path in training_files(files) if language_of(path) == language)
    return next(fitting, f"nlu/{language}.yml")


def saved(files: Files, base: Files, intent: str, given: Mapping[str, str]) -> Changed:
    """Give the files whose sentences of an intent differ; `given` has a line for each sentence.

    What was taken out of or added to `base` is taken out of or added to what stands there now, so
    that sentences somebody else wrote meanwhile stay.
    """
    changed: Changed = {}
    for path, lines in given.items():
        if not _NAME.fullmatch(path):
            continue
        text, mine = files.get(path, ""), tidy(lines.split("\n"))
        known = sentences_in(base.get(path, "")).get(intent, [])
        now = sentences_in(text).get(intent, [])
        wanted = brought_together(known, now, mine)
        after = with_sentences(text or NEW_FILE, intent, wanted)
        if after != text and (text or wanted):
            changed[path] = within_bounds(after)
    return changed


def brought_together(known: list[str], now: list[str], mine: list[str]) -> list[str]:
    """Do to the lines that stand there now what somebody did to those they had before them."""
    if now == known:
        return mine
    gone, fresh = set(known) - set(mine), [one for one in mine if one not in known]
    return list(dict.fromkeys([*(one for one in now if one not in gone), *fresh]))


def added(files: Files, pairs: Sequence[tuple[str, str]], language: str = "") -> Changed:
    """Give the files with sentences added to intents; each goes where its language is kept.

    ValueError: a file cannot be read, or would be too long.
    """
    groups: dict[str, dict[str, list[str]]] = {}
    homes = {family: file_for(files, family) for family in {"zh", "en", language or "zh"}}
    for text, intent in pairs:
        path = homes[language or ("zh" if CHINESE.search(text) else "en")]
        groups.setdefault(path, {}).setdefault(intent, []).append(text)
    changed: Changed = {}
    for path, texts in groups.items():
        known = sentences_in(files.get(path, ""))
        wanted = {intent: [*known.get(intent, ()), *said] for intent, said in texts.items()}
        after = with_intents(files.get(path) or NEW_FILE, wanted)
        if after != files.get(path):
            changed[path] = within_bounds(after)
    return changed


def within_bounds(text: str) -> str:
    """Give a text as it is; ValueError where it is too long to be read again."""
    if len(text.encode()) > MOST_BYTES:
        raise ValueError("too_big")
    return text


def named(text: str, intent: str, title: Mapping[str, str]) -> str:
    """Name an intent in workspace.yaml."""
    known = values_of(text).get("intents") or {}
    seen = {language: INVISIBLE.sub("", word).strip() for language, word in title.items()}
    words = {language: word for language, word in seen.items() if word}
    both = {**known, intent: {**(known.get(intent) or {}), **words}}
    both = {key: value for key, value in both.items() if value}
    return text if both == known else trees.set_values(text, {"intents": both or None})


def is_intent(name: str) -> bool:
    """Say whether a name can be that of an intent: as Rasa has them, `faq/ask_name`, `a+b`."""
    return bool(_INTENT.fullmatch(name))
