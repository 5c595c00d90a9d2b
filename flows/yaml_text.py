"""YAML text to values with the place of each, and back with comments and order kept.

Reading goes through libyaml's event stream first, which needs no recursion: a bomb or a
thousand brackets are refused before anything is built. Scalars follow YAML 1.2, so `on`, `no`
and `12:30` stay words. Writing goes through ruamel's round trip, which keeps hand-written comments.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError as RoundTripError

from flows import segments
from flows.problems import Problem
from flows.yaml_reasons import why

MOST_BYTES = 1024 * 1024
MOST_LEVELS = 30
MOST_ALIASES = 8
LONG = 16_000
"""Characters from which on a text is read part by part: an edit then costs what it touches."""
QUOTED = ("'", '"', "|", ">")
Path = tuple[str | int, ...]
Marks = dict[Path, tuple[int, int]]

_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"": None, "null": None, "~": None, "true": True, "false": False}


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a long text, read by itself: its lines count from the first of its own."""

    value: dict[Any, Any]
    marks: Marks
    lines: int


Parts = Mapping[Path, tuple[int, Part]]


@dataclass
class Document:
    """The value of one file, where each part of it stands, and what kept it from being read.

    Of a long text `parts` gives what was read part by part, with the lines that stand before it.
    """

    file: str
    value: Any = None
    marks: Marks = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parts: Parts = field(default_factory=dict)

    def problem(self, code: str, path: Path = (), step: str = "", **values: object) -> Problem:
        """Make a problem at the deepest known place of a path."""
        place = path
        while (mark := self._mark(place)) is None and place:
            place = place[:-1]
        line, column = mark or (1, 1)
        said = {name: str(value) for name, value in values.items()}
        return Problem(code, self.file, line, column, step, said)

    def _mark(self, place: Path) -> tuple[int, int] | None:
        for depth in range(len(place), 0, -1):
            if place[:depth] in self.parts:
                before, part = self.parts[place[:depth]]
                line, column = part.marks.get(place[depth - 1 :], (0, 0))
                return (before + line, column) if line else None
        return self.marks.get(place)


def read(content: str | bytes, file: str = "") -> Document:
    """Read one YAML document; whatever is wrong with it stands in `problems`, nothing is raised."""
    document = Document(file)
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        document.problems.append(Problem("not_utf8", file, line, column))
        return document
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        document.problems.append(Problem("too_big", file, 1, 1, values={"most": "1 MiB"}))
        return document
    if len(text) > LONG and _read_parts(text, document):
        return document
    try:
        refused = _refuse(text, file)
        if refused:
            document.problems.append(refused)
            return document
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, UnicodeError) as error:
        document.problems.append(_unreadable(error, text, file))
        return document
    document.value = _value(node, (), document) if node is not None else None
    return document


def _unreadable(error: Exception, text: str, file: str) -> Problem:
    found = why(error, text) if isinstance(error, yaml.YAMLError) else None
    if found:
        return Problem(found[0], file, *found[1])
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = getattr(error, "problem", None) or str(error).splitlines()[0]
    return Problem("not_yaml", file, line, column, values={"reason": reason})


def _read_parts(text: str, document: Document) -> bool:
    """Read a long text part by part, each remembered; False when it must be read as a whole."""
    parts = segments.cut(text)
    if parts is None:
        return False
    pieces: dict[Path, tuple[int, Part]] = {}
    line = 0
    for path, piece in parts.items():
        part = _read_part(piece, path)
        if part is None:
            return False
        pieces[path] = line, part
        line += part.lines
    values: dict[Any, Any] = {}
    parents = {path[:-1] for path in parts}
    for (*above, key), (_line, part) in pieces.items():
        inner = values
        for name in above:
            inner = inner[name]
        inner[key] = {} if (*above, key) in parents else part.value[key]
    document.value, document.marks, document.parts = values, {(): (1, 1)}, pieces
    return True


@lru_cache(maxsize=16384)
def _read_part(piece: str, path: segments.Path) -> Part | None:
    """Read one part by itself; None when it is anything but one key with a plain value."""
    inner = Document("")
    try:
        if "&" in piece or "*" in piece or _refuse(piece, "", len(path) - 1):
            return None
        node = yaml.compose(piece, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, UnicodeError):
        return None
    value = _value(node, (), inner) if node is not None else None
    if inner.problems or not isinstance(value, dict) or list(value) != [path[-1]]:
        return None
    return Part(value, inner.marks, piece.count("\n"))


def _refuse(text: str, file: str, level: int = 0) -> Problem | None:
    """Look at the event stream for what is never built: depth, aliases, tags, second documents."""
    aliases = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        mark = event.start_mark
        at = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if level > MOST_LEVELS:
            return Problem("too_deep", file, *at, values={"most": str(MOST_LEVELS)})
        if aliases > MOST_ALIASES:
            return Problem("too_many_aliases", file, *at, values={"most": str(MOST_ALIASES)})
        if documents > 1:
            return Problem("second_document", file, *at)
        if getattr(event, "tag", None):
            return Problem("tag", file, *at, values={"tag": str(getattr(event, "tag", ""))})
    return None


def _value(node: yaml.Node, path: Path, document: Document, above: tuple[int, ...] = ()) -> Any:
    if id(node) in above:
        document.problems.append(document.problem("alias_cycle", path))
        return None
    document.marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
    above = (*above, id(node))
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.style in QUOTED else _scalar(node.value)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), document, above) for i, item in enumerate(node.value)]
    return _mapping(node, path, document, above)


def _mapping(node: yaml.Node, path: Path, document: Document, above: tuple[int, ...]) -> Any:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        at = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            document.problems.append(Problem("key_not_text", document.file, *at))
            continue
        key = str(key_node.value)
        if key in values:
            said = {"key": key}
            document.problems.append(Problem("duplicate_key", document.file, *at, values=said))
            continue
        document.marks[(*path, key)] = at
        values[key] = _value(value_node, (*path, key), document, above)
    return values


def _scalar(text: str) -> Any:
    if text.lower() in _WORDS and text in (text.lower(), text.upper(), text.title()):
        return _WORDS[text.lower()]
    if _INT.match(text) and len(text) < 19:
        return int(text)
    return float(text) if _FLOAT.match(text) and len(text) < 40 else text


def edit(
    text: str,
    change: Callable[[CommentedMap], None],
    window: Collection[segments.Path] | None = None,
) -> str:
    """Apply a change to a YAML text and write it back; comments, order and quotes stay.

    `window` names the parts the change looks at, such as `("steps", "hello")`: only these are read
    and written anew, which a flow of a thousand steps needs. Raises ValueError when the text cannot
    be read.
    """
    values_of(text)
    if window is not None and len(text) > LONG:
        parts = segments.cut(text)
        if parts is not None and segments.is_regular(parts):
            inside = segments.joined(segments.windowed(parts, window))
            result = segments.replaced(text, window, edit(inside, change))
            if result is not None:
                return result
    yaml_file = _round_trip()
    try:
        tree = yaml_file.load(text)
    except RoundTripError as error:
        raise ValueError("not_yaml") from error
    change(tree)
    out = StringIO()
    yaml_file.dump(tree, out)
    return out.getvalue()


@lru_cache(maxsize=16)
def values_of(text: str) -> Mapping[str, Any]:
    """Give the plain values of a text, not to be changed; ValueError when it cannot be read."""
    document = read(text)
    if document.problems or not isinstance(document.value, dict):
        raise ValueError(document.problems[0].code if document.problems else "not_a_mapping")
    return document.value


def write(value: dict[str, Any]) -> str:
    """Write a new YAML text from plain values."""
    out = StringIO()
    _round_trip().dump(value, out)
    return out.getvalue()


def _round_trip() -> YAML:
    yaml_file = YAML(typ="rt")
    yaml_file.preserve_quotes = True
    yaml_file.width = 4096
    yaml_file.indent(mapping=2, sequence=4, offset=2)
    yaml_file.allow_unicode = True
    return yaml_file
