"""What an answer to an ask means: a choice, an intent, or a value for a slot."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import re2

from flows.model import Ask, Expect
from runtime.engine.turn import Turn

MOST_TEXT = 2_000
_CHINESE_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
_SIGN = r"[0-9][0-9,]*(?:\.[0-9]+)?|[零〇一二两三四五六七八九十百千万]"


def pick(step: Ask, turn: Turn, flow: str) -> str | None:
    """Name the step that an answer leads to by button, text, number or intent; None when none."""
    prefix = f"/{flow}.{step.key}."
    if turn.payload.startswith(prefix):
        number = turn.payload.removeprefix(prefix)
        if number.isdigit() and int(number) < len(step.choices):
            return step.choices[int(number)].next
    said = _folded(turn.text)
    for i, choice in enumerate(step.choices):
        titles = {_folded(words) for words in choice.text.values()}
        if said and (said in titles or said in (str(i + 1), f"{i + 1}.")) and not step.slot:
            return choice.next
        if said and said in titles:
            return choice.next
    return step.intents.get(turn.intent) if turn.intent else None


def fill(expect: Expect, text: str, entities: Sequence[tuple[str, str]] = ()) -> Any:
    """Read the value that an ask expects out of a text; None when it does not fit.

    `entities` are what the text names, as pairs of name and value.
    """
    words = unicodedata.normalize("NFKC", text).strip()[:MOST_TEXT]
    if not words:
        return None
    if expect.kind == "entity":
        return next((value for name, value in entities if name == expect.entity), None)
    if expect.kind == "number":
        return _number(expect, words)
    if expect.kind == "pattern":
        return _search(expect.pattern, words)
    if expect.kind == "one_of":
        return next((option for option in expect.one_of if _folded(option) == _folded(words)), None)
    if expect.least is not None and len(words) < expect.least:
        return None
    return None if expect.most is not None and len(words) > expect.most else words


def _search(pattern: str, words: str) -> str | None:
    try:
        match = re2.search(pattern, words)
    except re2.error:
        return None
    return str(match.group(0)) if match else None


def _number(expect: Expect, words: str) -> float | int | None:
    match = re2.search(r"[-+]?[0-9][0-9,]*(\.[0-9]+)?", words)
    if match:
        said = match.group(0)
        rest = words[match.end() :].lstrip()
        units = re2.match("[十百千万][0-9零〇一二两三四五六七八九十百千万]*", rest)
        value = mixed_number(said.lstrip("+-") + (units.group(0) if units else "")) or 0.0
        value *= {"w": 10_000, "k": 1_000}.get(rest[:1].lower(), 1)
        value = -value if said.startswith("-") else value
    else:
        spoken = chinese_number(words)
        if spoken is None:
            return None
        value = float(spoken)
    if expect.least is not None and value < expect.least:
        return None
    if expect.most is not None and value > expect.most:
        return None
    return int(value) if value.is_integer() else value


def chinese_number(words: str) -> int | None:
    """Read the first number written in Chinese digits, such as 三千五 or 两万; None when none."""
    match = re2.search("[零〇一二两三四五六七八九十百千万]+", words)
    if not match:
        return None
    return int(mixed_number(match.group(0)) or 0)


def mixed_number(words: str) -> float | None:
    """Read a number whose units are Chinese and whose digits may be: 三千五, 3千五, 2万3, 3.5万."""
    total = section = digit = 0.0
    last = size = 1
    for sign in re2.findall(_SIGN, words):
        if sign in _CHINESE_DIGITS:
            digit, size = float(_CHINESE_DIGITS[sign]), 1
            last = 1 if sign in "零〇" else last
        elif sign == "万":
            total += (section + digit) * 10_000
            section = digit = 0
            last = 10_000
        elif sign in _CHINESE_UNITS:
            last = _CHINESE_UNITS[sign]
            section += (digit or 1) * last
            digit = 0
        else:
            digit, size = float(sign.replace(",", "")), len(sign)
    # 三千五 means 3,500: a digit that ends a number counts in the next unit down.
    return total + section + (digit * last // 10 if last > 10 and size == 1 else digit)


@lru_cache(maxsize=8_192)
def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold().strip("。.!！?？~～ ")
