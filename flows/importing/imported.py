"""What comes out of an import: our files, and a list of everything that could not come along."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flows.templates import problem_in

MOST_BYTES = 8 * 1024 * 1024
MOST_TEXT = 20 * 1024
"""Characters of one wording; what is longer is cut and named."""
NOTED = frozenset(
    {"approximated", "asks_system", "not_reachable", "too_long", "loop_cut", "never_filled"}
)
"""Codes of what did come along, only not quite as it was."""

# Control characters and halves of surrogate pairs can be written into no YAML file.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff\u2028\u2029]")
_NO_KEY = re.compile(r"[^a-z0-9]+")
_LIQUID = re.compile(r"\{(?=[{%]|\Z)")
_SPECIAL = ("first", "last", "size")
_YAML_WORDS = ("true", "false", "null", "yes", "no", "on", "off")


@dataclass(frozen=True)
class LeftOut:
    """Something of the foreign bot that is missing or different here: where, what, and why."""

    place: str
    what: str
    code: str


@dataclass(frozen=True)
class Imported:
    """The files of an imported bot; `total` counts what was carried over and what was left out."""

    files: Mapping[str, str] = field(default_factory=dict)
    carried: int = 0
    left_out: tuple[LeftOut, ...] = ()
    total: int = 0


class NotReadable(ValueError):
    """The content is no bot that we can read; the code says why."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}


class Keys:
    """Hands out keys that are legal, readable and still free."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        self.taken = set(taken)
        self.last: dict[str, int] = {}

    def free(self, *wanted: str) -> str:
        """Make a key of the first name that gives one, numbered where it is in use."""
        name = next(filter(None, map(slug, wanted)), "key")
        key = name
        while key in self.taken:
            self.last[name] = self.last.get(name, 1) + 1
            key = f"{name}_{self.last[name]}"
        self.taken.add(key)
        return key


def slug(name: str) -> str:
    """Turn a name into a legal key; empty where nothing of it can be used."""
    words = _NO_KEY.sub("_", name[:200].lower()).strip("_").lstrip("0123456789_")
    words = words[:48].rstrip("_")
    return f"{words}_" if words in _YAML_WORDS else words


def slot_key(name: str) -> str:
    """Turn a name into a legal slot; a word that placeholders keep for themselves gets a tail."""
    key = slug(name)
    special = key in _SPECIAL or problem_in("{{ slot." + key + " }}")
    return f"{key}_value" if key and special else key


def keys_in(taken: Collection[str], folder: str) -> set[str]:
    """Name the keys that the files of a folder hold already."""
    inside = (path for path in taken if path.startswith(f"{folder}/"))
    return {path.rpartition("/")[2].rsplit(".", 1)[0] for path in inside}


def clean(text: str) -> str:
    """Take out of a text what no YAML file can hold, and the space around it."""
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def escaped(text: str) -> str:
    """Keep a text's own double braces from being read as placeholders."""
    # One brace is said by a placeholder, so that the next one starts nothing.
    return _LIQUID.sub("{{ '{' }}", text)


def is_chinese(text: str) -> bool:
    """Say whether a text is written in Chinese, by its characters."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)
