"""A YAML text cut into the parts people edit: a step, a card's place, a wording in one language.

A part is a run of lines, so cutting and joining lose nothing: comments, quotes and blank lines
stay. Only block mappings are cut, and only as deep as `DEPTHS` says; a text in another style is not
cut at all, and everything here then treats it as one part.

Merging is the classic three-way merge (diff3), with parts in place of lines: a part that only one
side changed is taken from that side, a part that both changed differently is a conflict.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows import regular_segments as regular
from flows.regular_segments import KEY, cut_regular, opens

Path = regular.Path
Parts = regular.Parts
WHOLE: Path = ()

DEPTHS = {"steps": 1, "layout": 1, "notes": 1, "labels": 1, "variants": 3}
"""How many levels below a top-level key are cut."""
LAST_WINS = ("layout",)
"""Where two people may differ without a loss: the later one's word counts."""


@dataclass(frozen=True)
class Conflict:
    """A part that two people changed differently; a text is empty where the part was deleted."""

    path: Path
    base: str
    mine: str
    theirs: str


@dataclass
class _Level:
    """A block mapping that is being cut: where its keys stand and how much deeper cutting goes."""

    path: Path
    indent: int
    left: int


def cut(text: str) -> Parts | None:
    """Cut a text into its parts in order; None when it is not a block mapping throughout."""
    parts = _cut(text)
    return None if parts is None else dict(parts)


@lru_cache(maxsize=16)
def _cut(text: str) -> Parts | None:
    if "\t" in text or "\r" in text:
        return None
    return cut_regular(text, DEPTHS) or _cut_by_line(text)


def _cut_by_line(text: str) -> Parts | None:
    knife = _Knife()
    for line in text.splitlines(keepends=True):
        if not knife.takes(line):
            return None
    if knife.current is None:
        return None
    knife.parts[knife.current] += "".join(knife.waiting)
    return knife.parts


class _Knife:
    """Goes through a text line by line; comments wait for the part they stand before."""

    def __init__(self) -> None:
        self.parts: Parts = {}
        self.levels = [_Level((), 0, 0)]
        self.opened: _Level | None = None
        self.waiting: list[str] = []
        self.current: Path | None = None

    def takes(self, line: str) -> bool:
        """Take one line; False when the text cannot be cut."""
        bare = line.strip()
        if not bare or bare[0] == "#":
            self.waiting.append(line)
            return True
        indent = len(line) - len(line.lstrip(" "))
        level = self._level_of(indent)
        found = KEY.match(line) if indent == level.indent else None
        if found is None:
            stray = indent <= level.indent and bare[0] != "-"
            if self.current is None or stray:
                return False
            self.parts[self.current] += "".join(self.waiting) + line
        else:
            self.current = (*level.path, found[2].strip("\"'"))
            if self.current in self.parts:
                return False
            self.parts[self.current] = "".join(self.waiting) + line
            self.opened = _opens(self.current, level, found[3])
        self.waiting = []
        return True

    def _level_of(self, indent: int) -> _Level:
        """Go into the mapping that the last key opened, and out of those that ended."""
        if self.opened is not None and indent > self.levels[-1].indent:
            self.opened.indent = indent
            self.levels.append(self.opened)
        self.opened = None
        while len(self.levels) > 1 and indent < self.levels[-1].indent:
            self.levels.pop()
        return self.levels[-1]


def _opens(path: Path, level: _Level, rest: str) -> _Level | None:
    """Say whether the lines under a key are to be cut as well."""
    left = level.left - 1 if level.path else DEPTHS.get(path[0], 0)
    return _Level(path, -1, left) if left > 0 and opens(rest) else None


def joined(parts: Mapping[Path, str]) -> str:
    """Join parts to the text they were cut from."""
    pieces = [piece if piece.endswith("\n") else f"{piece}\n" for piece in parts.values()]
    return "".join(pieces)


def merge(base: str, mine: str, theirs: str) -> tuple[str, list[Conflict]]:
    """Bring two edits of one text together; where they cannot be, theirs stands and is named."""
    if theirs in (base, mine):
        return mine, []
    if mine == base:
        return theirs, []
    old, own, new = cut(base), cut(mine), cut(theirs)
    if old is None or own is None or new is None:
        return theirs, [Conflict(WHOLE, base, mine, theirs)]
    merged, conflicts = dict(new), []
    before: Path | None = None
    for path in [*own, *(path for path in old if path not in own)]:
        was, wanted, found = old.get(path), own.get(path), new.get(path)
        if wanted in (was, found):
            pass
        elif found == was or path[0] in LAST_WINS:
            merged = _put(merged, path, wanted, before)
        else:
            conflicts.append(Conflict(path, was or "", wanted or "", found or ""))
        before = path if path in merged else before
    return joined(_with_parents(merged, new, own, old)), conflicts


def replaced(text: str, window: Collection[Path], edited: str) -> str | None:
    """Put an edited window back into its text; None when that cannot be done part by part."""
    parts, news = cut(text), cut(edited)
    if parts is None or news is None:
        return None
    result = dict(parts)
    for path in windowed(parts, window):
        if path not in news:
            result.pop(path)
    before: Path | None = None
    for path, piece in news.items():
        if path not in parts:
            before = _last_of(result, path[:-1]) if len(path) > 1 else before
        result = result if result.get(path) == piece else _put(result, path, piece, before)
        before = path
    return joined(result)


def windowed(parts: Parts, window: Collection[Path]) -> Parts:
    """Keep what stands at the top, and of what is cut deeper only the parts of the window."""
    wanted = set(window)
    return {path: piece for path, piece in parts.items() if len(path) == 1 or path[:2] in wanted}


def is_regular(parts: Parts) -> bool:
    """Say whether keys below the top stand two blanks in for each level, as we write them."""
    return all(_indent(piece) == 2 * (len(path) - 1) for path, piece in parts.items())


@lru_cache(maxsize=8192)
def _indent(piece: str) -> int:
    first = next(ln for ln in piece.splitlines() if ln.strip() and ln.strip()[0] != "#")
    return len(first) - len(first.lstrip(" "))


def _last_of(parts: Parts, parent: Path) -> Path | None:
    inside = [path for path in parts if path[: len(parent)] == parent]
    return inside[-1] if inside else None


def _put(parts: Parts, path: Path, piece: str | None, before: Path | None) -> Parts:
    """Replace, delete, or insert a part after another; without one it comes last of its parent."""
    if piece is None:
        parts.pop(path, None)
        return parts
    if path in parts:
        parts[path] = piece
        return parts
    parent = path[:-1]
    near = before if before in parts and (before or ())[: len(parent)] == parent else parent
    after = _last_of(parts, near) if near else next(reversed(parts), None)
    result: Parts = {}
    for other, text in parts.items():
        result[other] = text if text.endswith("\n") else f"{text}\n"
        if other == after:
            result[path] = piece
    return result if path in result else {**result, path: piece}


def _with_parents(parts: Parts, *sources: Parts) -> Parts:
    """Bring back a parent that one side deleted while the other wrote into it."""
    complete: Parts = {}
    for path, piece in parts.items():
        for depth in range(1, len(path)):
            parent = path[:depth]
            if parent not in parts and parent not in complete:
                complete[parent] = next(source[parent] for source in sources if parent in source)
        complete[path] = piece
    return complete
