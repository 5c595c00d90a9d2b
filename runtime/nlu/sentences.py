"""The sentences of training files, read and changed in place: comments and all else stay.

A sentence is kept as Rasa writes it, entities and all: `怎么退[小米14](product)`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from flows.yaml_text import edit, values_of

NEW_FILE = 'version: "3.1"\nnlu: []\n'
LISTS = ("lookup", "synonym", "regex")
MOST_SENTENCES = 5_000
LONGEST = 500


def sentences_in(text: str) -> dict[str, list[str]]:
    """Give the sentences of a training file by intent; none of a text that cannot be read."""
    try:
        items = values_of(text).get("nlu")
    except ValueError:
        return {}
    found: dict[str, list[str]] = {}
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("intent"), str):
            found.setdefault(item["intent"], []).extend(_lines(item.get("examples")))
    return found


def with_sentences(text: str, intent: str, sentences: Sequence[str]) -> str:
    """Let an intent have just these sentences; without any it goes. ValueError for no YAML."""
    wanted = tidy(sentences)
    if sentences_in(text).get(intent, []) == wanted:
        return text

    def change(tree: CommentedMap) -> None:
        items = tree.get("nlu")
        if not isinstance(items, CommentedSeq):
            items = tree["nlu"] = CommentedSeq()
        items.fa.set_block_style()
        mine = [n for n, item in enumerate(items) if _is_of(item, intent)]
        for number in reversed(mine[1:] if wanted else mine):
            del items[number]
        if not wanted:
            return
        if not mine:
            items.append(CommentedMap({"intent": intent, "examples": _block(wanted)}))
            return
        item = items[mine[0]]
        if isinstance(item.get("examples"), CommentedSeq):
            _change_list(item["examples"], wanted)
        else:
            item["examples"] = _block(wanted)

    return edit(text or NEW_FILE, change)


def lists_in(text: str) -> dict[tuple[str, str], list[str]]:
    """Give the lookup tables, synonyms and regexes of a training file, by kind and name."""
    try:
        items = values_of(text).get("nlu")
    except ValueError:
        return {}
    found: dict[tuple[str, str], list[str]] = {}
    for item in items if isinstance(items, list) else ():
        kind = next((kind for kind in LISTS if isinstance(item, dict) and kind in item), "")
        if kind:
            lines = [line for line in _lines(item.get("examples")) if line]
            found.setdefault((kind, str(item[kind])), []).extend(lines)
    return found


def with_lists(text: str, lists: Mapping[tuple[str, str], Sequence[str]]) -> str:
    """Add lookup tables, synonyms and regexes to a training file; a known one gains lines."""
    known = lists_in(text)
    fresh = {
        of: [line for line in lines if line not in known.get(of, ())] for of, lines in lists.items()
    }
    if not any(fresh.values()):
        return text

    def change(tree: CommentedMap) -> None:
        items = tree.get("nlu")
        if not isinstance(items, CommentedSeq):
            items = tree["nlu"] = CommentedSeq()
        items.fa.set_block_style()
        for (kind, name), lines in fresh.items():
            both = _block([*known.get((kind, name), ()), *lines])
            mine = (one for one in items if isinstance(one, CommentedMap) and one.get(kind) == name)
            item = next(mine, None)
            if item is None:
                items.append(CommentedMap({kind: name, "examples": both}))
            else:
                item["examples"] = both

    return edit(text or NEW_FILE, change)


def tidy(sentences: Iterable[str]) -> list[str]:
    """Give sentences without dashes, blanks and repetitions, in their order."""
    lines = (" ".join(one.split())[:LONGEST].removeprefix("- ").strip() for one in sentences)
    return list(dict.fromkeys(filter(None, lines)))[:MOST_SENTENCES]


def _lines(examples: Any) -> list[str]:
    if isinstance(examples, list):
        texts = (item.get("text") for item in examples if isinstance(item, Mapping))
        return tidy(text for text in texts if isinstance(text, str))
    return tidy(examples.split("\n")) if isinstance(examples, str) else []


def _is_of(item: Any, intent: str) -> bool:
    return isinstance(item, Mapping) and item.get("intent") == intent


def _block(sentences: Sequence[str]) -> LiteralScalarString:
    block: LiteralScalarString = LiteralScalarString("".join(f"- {one}\n" for one in sentences))
    return block


def _change_list(items: CommentedSeq, wanted: Sequence[str]) -> None:
    """Change a list of `text` entries: those that stay keep their metadata."""
    known = {"".join(tidy([str(item.get("text", ""))])): item for item in items}
    fresh = (CommentedMap({"text": sentence}) for sentence in wanted if sentence not in known)
    kept = [item for text, item in known.items() if text in wanted]
    items[:] = [*kept, *fresh]
