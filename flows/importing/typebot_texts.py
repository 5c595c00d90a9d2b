"""The texts of Typebot: rich text, HTML and plain, with variables, to one plain wording.

A wording of ours is plain text, so marks are dropped; a link keeps its address behind its words.
"""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

from flows.importing.imported import escaped
from flows.importing.typebot_reading import list_of, mapping_of, name_of

MOST_LEVELS = 40
MOST_HTML = 200_000
VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
SAFE_ADDRESS = re.compile(r"(https?://|mailto:|tel:)\S", re.IGNORECASE)
_TAG = re.compile(r"(<[^<>]*>)")
_TAG_NAME = re.compile(r"<\s*(/?)\s*([a-zA-Z][a-zA-Z0-9]*|!|\?)")
_ADDRESS = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_GAPS = re.compile(r"\n{3,}")
_PARAGRAPHS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "tr"})
_INLINE = frozenset({"a", "inline-variable", "variable"})


def bubble_text(content: Any, names: Mapping[str, str]) -> str:
    """Read what a text bubble says, given the variables' names; empty where it says nothing."""
    raw = mapping_of(content)
    rich = "\n".join(_rich(node, names, 0) for node in list_of(raw.get("richText"))).strip()
    return rich or html_text(name_of(raw.get("html"))) or name_of(raw.get("plainText")).strip()


def html_text(html: str) -> str:
    """Take the words out of HTML, a line for each paragraph; scripts and styles are no words."""
    words: list[str] = []
    addresses: list[tuple[int, str]] = []
    silent = 0
    # A tag never reaches over the next bracket, so that any text at all is read in one pass.
    for token in _TAG.split(html[:MOST_HTML]):
        match = _TAG_NAME.match(token)
        closes, tag = (match.group(1), match.group(2).lower()) if match else ("", "")
        if tag in ("script", "style"):
            silent = max(0, silent + (-1 if closes else 1))
        elif not match and not silent:
            words.append(unescape(token))
        elif tag == "br" or (tag in _PARAGRAPHS and words and not closes):
            words.append("\n")
        elif tag == "a" and not closes:
            address = _ADDRESS.search(token)
            addresses.append((len(words), unescape(address.group(1)) if address else ""))
        elif tag == "a" and addresses:
            start, address_of = addresses.pop()
            words[start:] = [_linked("".join(words[start:]), address_of)]
    return _GAPS.sub("\n\n", "".join(words)).strip()


def with_slots(text: str, slot_of: Callable[[str], str]) -> str:
    """Turn each `{{variable}}` into our placeholder, and keep all else from being one."""
    words, last = [], 0
    for match in VARIABLE.finditer(text):
        words.append(escaped(text[last : match.start()]))
        name = match.group(1).strip()
        words.append("{{ slot." + slot_of(name) + " }}" if name and name[0] != "=" else "")
        last = match.end()
    return "".join(words) + escaped(text[last:])


def _rich(node: Any, names: Mapping[str, str], level: int) -> str:
    raw = mapping_of(node)
    if level > MOST_LEVELS:
        return ""
    variable = names.get(name_of(raw.get("variableId")), "")
    if variable:
        return "{{" + variable + "}}"
    children = list_of(raw.get("children"))
    if not children:
        return name_of(raw.get("text"))
    kind = name_of(raw.get("type"))
    parts = [
        (name_of(mapping_of(child).get("type")), _rich(child, names, level + 1))
        for child in children
    ]
    words = "".join(
        ("\n" if i and inner and inner not in _INLINE else "") + text
        for i, (inner, text) in enumerate(parts)
    )
    if kind == "a":
        return _linked(words, name_of(raw.get("url")))
    return f"- {words}" if kind == "li" else words


def _linked(words: str, address: str) -> str:
    if not SAFE_ADDRESS.match(address) or address in words:
        return words
    return f"{words.strip()} {address}".strip()
