"""The sentences and lists of training files, changed in place: comments and all else stay.

A sentence is kept as Rasa writes it, entities and all: `怎么退[小米14](product)`. A list is a
lookup table, a synonym or a regex, known by its kind and name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from flows.yaml_text import edit, read, values_of

Of = tuple[str, str]
"""A list: its kind and its name."""
NEW_FILE = 'version: "3.1"\nnlu: []\n'
LISTS = ("lookup", "synonym", "regex")
LONGEST = 500
"""Characters of a sentence: the models read no more of it."""
INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
"""What nobody sees and YAML or a screen trips over: control characters, directions of writing."""


def sentences_in(text: str) -> dict[str, list[str]]:
    """Give the sentences of a training file by intent; none of a text that cannot be read."""
    try:
        items = _items_of(text)
    except ValueError:
        return {}
    found: dict[str, list[str]] = {}
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("intent"), str):
            found.setdefault(item["intent"], []).extend(_lines(item.get("examples")))
    return found


def with_sentences(text: str, intent: str, sentences: Sequence[str]) -> str:
    """Let an intent have just these sentences; without any it goes. ValueError for no YAML."""
    return with_intents(text, {intent: sentences})


def with_intents(text: str, given: Mapping[str, Sequence[str]]) -> str:
    """Let intents have just these sentences, all in one reading and writing of the text."""
    known = sentences_in(text)
    wanted = {intent: tidy(sentences) for intent, sentences in given.items()}
    wanted = {intent: said for intent, said in wanted.items() if known.get(intent, []) != said}
    if not wanted:
        return text

    text = text or NEW_FILE
    mine: dict[str, list[int]] = {}
    for number, item in enumerate(_items_of(text)):
        intent = item.get("intent") if isinstance(item, Mapping) else None
        if isinstance(intent, str) and intent in wanted:
            mine.setdefault(intent, []).append(number)
    gone = (numbers[1 if wanted[intent] else 0 :] for intent, numbers in mine.items())
    text = _without(text, sorted(number for numbers in gone for number in numbers))
    left = {intent: said for intent, said in wanted.items() if said}
    return edit(text, lambda tree: _set_sentences(_items_in(tree), left)) if left else text


def lists_in(text: str) -> dict[Of, list[str]]:
    """Give the lookup tables, synonyms and regexes of a training file, by kind and name."""
    try:
        items = _items_of(text)
    except ValueError:
        return {}
    found: dict[Of, list[str]] = {}
    for item in items:
        if of := _list_of(item):
            found.setdefault(of, []).extend(plain_lines(item.get("examples")))
    return {of: list(dict.fromkeys(lines)) for of, lines in found.items()}


def with_lists(text: str, lists: Mapping[Of, Sequence[str]]) -> str:
    """Add lookup tables, synonyms and regexes to a training file; a known one gains lines."""
    known = lists_in(text)
    fresh = {
        of: [line for line in lines if line not in known.get(of, ())] for of, lines in lists.items()
    }
    if not any(fresh.values()):
        return text

    def change(tree: CommentedMap) -> None:
        items = _items_in(tree)
        for of, lines in fresh.items():
            _set_list(items, of, [*known.get(of, ()), *lines])

    return edit(text or NEW_FILE, change)


def with_list(text: str, of: Of, lines: Sequence[str], name: str = "") -> str:
    """Let a list have just these lines, and another name if one is given; without lines it goes.

    Of several items with its name one is left. ValueError for no YAML.
    """
    known = lists_in(text).get(of, [])
    if known == [*lines] and (not known or name in ("", of[1])):
        return text
    mine = [n for n, item in enumerate(_items_of(text)) if _list_of(item) == of]
    text = _without(text, mine[1:] if lines else mine)
    if not lines:
        return text
    return edit(text, lambda tree: _set_list(_items_in(tree), of, lines, name))


def tidy(sentences: Iterable[str]) -> list[str]:
    """Give sentences without dashes, blanks, what nobody sees, and repetitions, in their order."""
    lines = (" ".join(INVISIBLE.sub("", one).split()) for one in sentences)
    plain = (line.removeprefix("- ").strip() for line in lines)
    return list(dict.fromkeys(filter(None, plain)))


def plain_lines(examples: Any) -> list[str]:
    """Give the lines of `examples` as they stand there, without their dashes."""
    if isinstance(examples, list):
        texts = [one.get("text") if isinstance(one, Mapping) else one for one in examples]
        return [str(text).strip().removeprefix("- ") for text in texts if text]
    found = (line.strip().removeprefix("-").strip() for line in str(examples or "").split("\n"))
    return [line for line in found if line]


def _lines(examples: Any) -> list[str]:
    if isinstance(examples, list):
        texts = (item.get("text") for item in examples if isinstance(item, Mapping))
        return tidy(text for text in texts if isinstance(text, str))
    return tidy(examples.split("\n")) if isinstance(examples, str) else []


def _items_of(text: str) -> list[Any]:
    items = values_of(text).get("nlu")
    return items if isinstance(items, list) else []


def _items_in(tree: CommentedMap) -> CommentedSeq:
    items = tree.get("nlu")
    if not isinstance(items, CommentedSeq):
        items = tree["nlu"] = CommentedSeq()
    items.fa.set_block_style()
    return items


def _list_of(item: Any) -> Of | None:
    found = (kind for kind in LISTS if isinstance(item, Mapping) and item.get(kind))
    kind = next(found, "")
    return (kind, str(item[kind])) if kind else None


def _set_list(items: CommentedSeq, of: Of, lines: Sequence[str], name: str = "") -> None:
    item = next((one for one in items if _list_of(one) == of), None)
    if item is None:
        items.append(CommentedMap({of[0]: name or of[1], "examples": _block(lines)}))
        return
    if name:
        item[of[0]] = name
    if isinstance(item.get("examples"), CommentedSeq):
        _change_list(item["examples"], lines)
    else:
        item["examples"] = _block(lines)


def _without(text: str, numbers: Sequence[int]) -> str:
    """Take items out by their lines: a comment above the next one stays, which a tree forgets."""
    kept = [item for n, item in enumerate(_items_of(text)) if n not in numbers]
    lines, document = text.splitlines(keepends=True), read(text)
    for number in reversed(numbers):
        start = document.problem("", ("nlu", number)).line - 1
        del lines[start : start + _height(lines[start:])]
    shorter = "".join(lines)
    try:
        if _items_of(shorter) == kept and kept:
            return shorter
    except ValueError:
        pass

    def delete(tree: CommentedMap) -> None:
        items = _items_in(tree)
        for number in reversed(numbers):
            del items[number]

    return edit(text, delete) if numbers else text


def _height(lines: Sequence[str]) -> int:
    """Count the lines of the item that begins here: those that stand deeper than its dash."""
    column = _indent(lines[0])
    height = 1
    for number, line in enumerate(lines[1:], 2):
        if line.strip() and _indent(line) <= column:
            break
        height = number if line.strip() else height
    return height


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _set_sentences(items: CommentedSeq, wanted: Mapping[str, Sequence[str]]) -> None:
    theirs = (item for item in items if isinstance(item, CommentedMap))
    mine = {str(item["intent"]): item for item in theirs if "intent" in item}
    for intent, sentences in wanted.items():
        item = mine.get(intent)
        if item is None:
            items.append(CommentedMap({"intent": intent, "examples": _block(sentences)}))
        elif isinstance(item.get("examples"), CommentedSeq):
            _change_list(item["examples"], sentences)
        else:
            item["examples"] = _block(sentences)


def _block(sentences: Sequence[str]) -> LiteralScalarString:
    block: LiteralScalarString = LiteralScalarString("".join(f"- {one}\n" for one in sentences))
    return block


def _change_list(items: CommentedSeq, wanted: Sequence[str]) -> None:
    """Change a list of entries: those that stay keep their metadata, what follows its comments."""
    texts = [str(item.get("text", "") if isinstance(item, Mapping) else item) for item in items]
    known = ["".join(tidy([text])) for text in texts]
    after = _comment_after(items)
    is_plain = any(isinstance(item, str) for item in items)
    for number in reversed(range(len(items))):
        if known[number] not in wanted or known[number] in known[:number]:
            del items[number]
    fresh = (sentence for sentence in wanted if sentence not in known)
    items.extend(one if is_plain else CommentedMap({"text": one}) for one in fresh)
    if after and items:
        _comment_after(items, after)


def _comment_after(items: CommentedSeq, comment: Any = None) -> Any:
    """Take the comment below the last entry off the tree, and hang another one there."""
    last = items[-1] if items else None
    if isinstance(last, CommentedMap) and last:
        slots, place = last.ca.items.setdefault(list(last)[-1], [None] * 4), 2
    else:
        slots, place = items.ca.items.setdefault(len(items) - 1, [None] * 4), 0
    found, slots[place] = slots[place], comment
    return found
