"""Draws what was uploaded, checks it and saves it: at once where it is small, else apart.

What is large is drawn by a process of its own, so that cancelling ends it wherever it stands, its
memory goes with it, and the threads of the worker only look on. It runs at a low priority: visitors
who chat come first. What is small is drawn within the request, which is quicker than waiting for
any worker and needs none.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeAlias

from sqlalchemy import Engine

from designer import drafts, imports
from designer.tables import Import
from flows.bundle import unpacked
from flows.importing.imported import Imported, NotReadable
from flows.importing.rasa import from_rasa
from flows.importing.typebot import from_typebot
from flows.importing.typebot_reading import read_bots
from flows.problems import blocking
from runtime.compiling import compile_files
from runtime.supervisor import die_with_parent

SMALL = 64 * 1024
"""Bytes that are drawn in about half a second."""
UNZIPPED = 8
"""How much larger text usually is outside of its zip."""
MOST_SECONDS = 600.0
LOOKS_EVERY = 0.5
MOST_ROUNDS = 3
NICENESS = 10
Tell: TypeAlias = Callable[[str, int], None]
_apart = get_context("spawn")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    """All that drawing needs to know."""

    kind: str
    uploads: Mapping[str, bytes]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Drawn:
    """A bot as it is here, and how many of its problems stand in the way of publishing."""

    found: Imported
    problems: int


Draw: TypeAlias = Callable[[Parts], Drawn | None]


class TookTooLong(Exception):
    """Drawing did not come to an end."""


def is_small(uploads: Mapping[str, bytes]) -> bool:
    """Say whether files are drawn so quickly that nobody should have to wait for a worker."""
    sizes = (len(text) * (UNZIPPED if _is_zip(name) else 1) for name, text in uploads.items())
    return sum(sizes) <= SMALL


def take_in(engine: Engine) -> None:
    """Work on every import that waits, one after the other."""
    imports.settle(engine)
    while (mine := imports.claim(engine)) is not None:
        work_apart(engine, mine)


def work_here(engine: Engine, mine: Import) -> None:
    """Do a small import in this very thread."""
    _work(engine, mine, draw)


def work_apart(engine: Engine, mine: Import) -> None:
    """Do an import in a process of its own, which ends when the import is cancelled."""
    _work(engine, mine, lambda parts: _watch(engine, mine, parts))


def draw(parts: Parts, tell: Tell = lambda _stage, _blocks: None) -> Drawn:
    """Turn the files of a foreign bot into ours and look for problems; NotReadable says why not."""
    own = {path: text for path, text in parts.files.items() if path == "workspace.yaml"}
    languages = compile_files(own).book.workspace.languages
    taken = list(parts.files)
    tell("reading", 0)
    if parts.kind == "typebot":
        content = next(iter(parts.uploads.values()), b"")
        bots = read_bots(content)
        tell("drawing", sum(len(group.blocks) for bot in bots for group in bot.groups))
        found = from_typebot(content, taken, languages)
    else:
        contents = _contents(parts.uploads)
        tell("drawing", 0)
        found = from_rasa(contents, taken, languages)
    if not any(path.startswith("flows/") for path in found.files):
        raise NotReadable("no_dialogue")
    tell("checking", 0)
    problems = blocking(compile_files({**parts.files, **found.files}).problems)
    return Drawn(found, sum(problem.file in found.files for problem in problems))


def _work(engine: Engine, mine: Import, draw_it: Draw) -> None:
    """Draw and save; again where somebody took a name meanwhile that the drawing uses."""
    try:
        for _round in range(MOST_ROUNDS):
            uploads = imports.uploads(engine, mine.key)
            drawn = draw_it(Parts(mine.kind, uploads, drafts.files(engine)))
            if drawn is None or not imports.give_sign(engine, mine, "saving"):
                return
            if imports.save(engine, mine, drawn.found, drawn.problems):
                return
        imports.fail(engine, mine, "names_taken")
    except NotReadable as refused:
        imports.fail(engine, mine, refused.code, refused.values)
    except TookTooLong:
        imports.fail(engine, mine, "took_too_long")
    except Exception:  # Whatever an export holds, its owner gets an answer.
        _log.exception("import %s broke", mine.key)
        imports.fail(engine, mine, "broke")


def _watch(engine: Engine, mine: Import, parts: Parts) -> Drawn | None:
    """Let a child draw, pass on what it tells; None when the import was cancelled."""
    ours, theirs = _apart.Pipe(duplex=False)
    child = _apart.Process(target=_draw_apart, args=(theirs, parts), daemon=True)
    child.start()
    theirs.close()
    end, stage, blocks = time.monotonic() + MOST_SECONDS, "reading", 0
    try:
        while time.monotonic() < end:
            if ours.poll(LOOKS_EVERY):
                said, *more = ours.recv()
                if said == "drawn":
                    return Drawn(*more)
                if said == "refused":
                    raise NotReadable(more[0], **more[1])
                stage, blocks = said, more[0]
            if not imports.give_sign(engine, mine, stage, blocks):
                return None
        raise TookTooLong
    finally:
        child.kill()
        child.join()
        child.close()
        ours.close()


def _draw_apart(pipe: Connection, parts: Parts) -> None:
    """Draw in this process, which is the import's own."""
    die_with_parent()
    os.nice(NICENESS)
    try:
        drawn = draw(parts, lambda stage, blocks: pipe.send((stage, blocks)))
        pipe.send(("drawn", drawn.found, drawn.problems))
    except NotReadable as refused:
        pipe.send(("refused", refused.code, refused.values))


def _contents(uploads: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the files of a project, those in zips among them."""
    contents: dict[str, bytes] = {}
    for name, content in uploads.items():
        inside, problems = unpacked(content) if _is_zip(name) else ({name: content}, [])
        if problems:
            raise NotReadable(problems[0].code, **problems[0].values)
        contents |= inside
    return contents


def _is_zip(name: str) -> bool:
    return name.endswith(".zip")
