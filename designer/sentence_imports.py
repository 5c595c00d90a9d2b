"""Sentences taken in from a table or a Rasa file: what arrived, what was known, what stayed out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from designer.marking import N_
from designer.training_data import (
    CHINESE,
    Changed,
    Files,
    added,
    by_intent,
    file_for,
    is_intent,
    within_bounds,
)
from designer.wording import sentence
from flows.yaml_text import read
from runtime.nlu.sentences import (
    INVISIBLE,
    LONGEST,
    NEW_FILE,
    lists_in,
    sentences_in,
    tidy,
    with_lists,
)
from runtime.nlu.training import BadTable, plain, read_csv, read_rasa

MOST_NAMED = 10
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TABLE = {
    "no_columns": N_("The first line must name the columns text and intent."),
    "no_text": N_("Line %(n)s needs a text and an intent."),
    "not_csv": N_("Line %(n)s cannot be read as a line of a table; look at its quotation marks."),
}
REFUSALS = {
    "too_big": N_(
        "A training file would be longer than 1 MiB. Take in less, or put part of it into a file "
        "of its own."
    ),
    "unreadable": N_("The training file cannot be read; mend its YAML first."),
}


class NotTaken(Exception):
    """Nothing was taken in; the message says why, in the language of the screen."""


@dataclass(frozen=True)
class TakenIn:
    """The files that differ, and how many sentences arrived, were known, or stayed out and why."""

    changed: Changed
    arrived: int = 0
    known: int = 0
    long: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def taken_in(files: Files, content: bytes, is_table: bool) -> TakenIn:
    """Take in a table (text, intent) or a Rasa file with all it lists; NotTaken says why not."""
    text = _decoded(content, is_table)
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise NotTaken(_("Line %(n)s holds an invisible control character; delete it.", n=line))
    pairs = _table(text) if is_table else _rasa(text)
    sorted_out = _sorted_out(files, pairs)
    try:
        changed = added(files, sorted_out.kept)
        if not is_table:
            changed |= _with_lists({**files, **_texts(changed)}, text)
    except ValueError as error:
        code = "too_big" if str(error) == "too_big" else "unreadable"
        raise NotTaken(_(REFUSALS[code])) from error
    known = len(pairs) - len(sorted_out.kept) - len(sorted_out.long) - len(sorted_out.unnamed)
    return TakenIn(
        {path: body for path, body in changed.items() if files.get(path) != body},
        len(sorted_out.kept),
        known,
        tuple(sorted_out.long),
        tuple(text for text, _intent in sorted_out.unnamed),
        tuple(sorted({intent for _text, intent in sorted_out.unnamed})),
    )


def notice(taken: TakenIn) -> str:
    """Say what came of an import, in true numbers."""
    many = taken.arrived
    said = [ngettext("%(num)s sentence was taken in.", "%(num)s sentences were taken in.", many)]
    if taken.known:
        known = ngettext(
            "%(num)s was known already or stood there twice.",
            "%(num)s were known already or stood there twice.",
            taken.known,
        )
        said.append(known)
    if taken.long:
        long = ngettext(
            "Left out: %(num)s that is longer than %(most)s characters, “%(first)s…”.",
            "Left out: %(num)s that are longer than %(most)s characters, the first “%(first)s…”.",
            len(taken.long),
            most=LONGEST,
            first=taken.long[0][:40],
        )
        said.append(long)
    if taken.unnamed:
        unnamed = ngettext(
            "Left out: %(num)s, for the name of its intent: %(names)s",
            "Left out: %(num)s, for the names of their intents: %(names)s",
            len(taken.unnamed),
            names=_(", ").join(taken.names[:MOST_NAMED])
            + (" …" if len(taken.names) > MOST_NAMED else ""),
        )
        said.append(unnamed)
    return " ".join(said)


def first_long(known: Sequence[str], text: str) -> int:
    """Give the number of the first line typed that is too long and was not there before; or 0."""
    for number, line in enumerate(text.split("\n"), 1):
        said = next(iter(tidy([line])), "")
        if len(plain(said)) > LONGEST and said not in known:
            return number
    return 0


@dataclass(frozen=True)
class _Sorted:
    kept: list[tuple[str, str]]
    long: list[str]
    unnamed: list[tuple[str, str]]


def _sorted_out(files: Files, pairs: Iterable[tuple[str, str]]) -> _Sorted:
    """Keep what is new: nothing that stands there already, with or without what it annotates."""
    found = _Sorted([], [], [])
    seen = {
        (intent, form)
        for intent, by_path in by_intent(files).items()
        for sentences in by_path.values()
        for said in sentences
        for form in (said, plain(said))
    }
    for text, intent in pairs:
        said = next(iter(tidy([text])), "")
        if not is_intent(intent):
            found.unnamed.append((text, intent))
        elif len(plain(said)) > LONGEST:
            found.long.append(said)
        elif said and (intent, said) not in seen:
            seen |= {(intent, said), (intent, plain(said))}
            found.kept.append((said, intent))
    return found


def _decoded(content: bytes, is_table: bool) -> str:
    """Read bytes as UTF-8, or a table as a spreadsheet in China writes it."""
    for encoding in ("utf-8-sig", "gb18030") if is_table else ("utf-8-sig",):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotTaken(_("The file is not written in UTF-8; save it so, then take it in."))


def _table(text: str) -> list[tuple[str, str]]:
    try:
        return [(one.text, one.intent) for one in read_csv(text)]
    except BadTable as error:
        raise NotTaken(_(_TABLE[error.code], n=error.line)) from error
    except ValueError as error:
        raise NotTaken(_("Nothing was taken in: %(why)s", why=error)) from error


def _rasa(text: str) -> list[tuple[str, str]]:
    """Give the sentences with what they annotate; what the YAML repeats comes up again."""
    if problems := read(text).problems:
        said = sentence(problems[0])
        raise NotTaken(_("Line %(n)s: %(said)s", n=problems[0].line, said=said))
    try:
        many = len(read_rasa(text))
    except ValueError as error:
        raise NotTaken(_("Nothing was taken in: %(why)s", why=error)) from error
    pairs = [(said, intent) for intent, some in sentences_in(text).items() for said in some]
    return pairs + pairs[:1] * (many - len(pairs))


def _with_lists(files: Files, text: str) -> Changed:
    seen = {
        of: [plainly for line in lines if (plainly := INVISIBLE.sub("", line).strip())]
        for of, lines in lists_in(text).items()
    }
    lists = {of: lines for of, lines in seen.items() if lines}
    if not lists:
        return {}
    words = " ".join(line for lines in lists.values() for line in lines)
    path = file_for(files, "zh" if CHINESE.search(words) else "en")
    return {path: within_bounds(with_lists(files.get(path) or NEW_FILE, lists))}


def _texts(changed: Changed) -> dict[str, str]:
    return {path: body for path, body in changed.items() if body is not None}
