"""The things every shop hears: amounts, phone numbers, days, order numbers, plain numbers.

In Arabic and in Chinese digits. Days are given by the calendar (2026-11-23) or, where a text says
"tomorrow", from today on (`+1d`, or `w3+1` for Wednesday of next week): `resolved` makes them days.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from runtime.engine.answers import chinese_number, mixed_number

Span = tuple[int, int, tuple[str, str]]
KINDS = {
    "phone": "text",
    "order_number": "text",
    "email": "text",
    "date": "text",
    "money": "number",
    "number": "number",
}
"""The usual things, and of which kind their values are."""
_ZH = "零〇一二两三四五六七八九十百千万"
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_MIXED = rf"{_NUMBER}\s?[十百千万](?:[{_ZH}]|\d{{1,4}}(?!\d|\.\d))*"
"""Digits of both kinds, as 3千五 and 2万3."""
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_PHONE = re.compile(
    r"(?<![\d-])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![\d-])|\+\d[\d -]{7,15}\d"
)
_ORDER = re.compile(r"(?<![\w-])#?(?:[A-Z]{1,4}-?\d{6,20}|\d{8,24})(?![\w-])", re.ASCII)
_DAY = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"
    rf"|(?P<zm>\d{{1,2}}|[{_ZH}]{{1,3}})月(?P<zd>\d{{1,2}}|[{_ZH}]{{1,3}})[日号]?)(?!\d)"
)
_RELATIVE = {
    **dict.fromkeys(("今天", "今日", "今晚", "today", "tonight"), "+0d"),
    **dict.fromkeys(("明天", "明日", "明晚", "tomorrow"), "+1d"),
    **dict.fromkeys(("后天",), "+2d"),
    **dict.fromkeys(("大后天",), "+3d"),
    **dict.fromkeys(("昨天", "昨日", "昨晚", "yesterday"), "-1d"),
    **dict.fromkeys(("前天",), "-2d"),
    **dict.fromkeys(("大前天",), "-3d"),
}
_NEAR = re.compile(
    "|".join(sorted(map(re.escape, _RELATIVE), key=len, reverse=True)), re.IGNORECASE
)
_WEEKDAYS = {sign: n for n, sign in enumerate("一二三四五六日", 1)} | {"天": 7}
_WEEK = re.compile(r"(?P<which>上|这|本|下下|下)?个?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WHICH = {"上": -1, "下": 1, "下下": 2}
_MONEY = re.compile(
    rf"(?:[¥￥$€]|(?:rmb|cny|usd)\s?)(?P<a>{_MIXED}|{_NUMBER})\s?(?P<au>k|w)?"
    rf"|(?P<b>{_MIXED}|{_NUMBER}|[{_ZH}]+)\s?(?P<bu>k|w)?\s?(?:元|块钱|块|圆|rmb|cny|usd|dollars?|yuan)",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    rf"(?<![A-Za-z0-9_.])(?:{_MIXED}|{_NUMBER}(?:\s?[wk])?)(?![A-Za-z0-9])|[{_ZH}]*[十百千万两][{_ZH}]*",
    re.IGNORECASE,
)
_HINT = re.compile(rf"[\d@{_ZH}天日晚周星礼]|tod|tom|ton|yes", re.IGNORECASE)
"""Without any of these nothing usual is in a text."""
_TIMES = {"w": 10_000, "k": 1_000}


def usual_in(text: str) -> list[Span]:
    """Find the usual things in a text (NFKC); what is part of one is not another as well."""
    found: list[Span] = []
    if not _HINT.search(text):
        return found
    readers: tuple[Callable[[str], Iterator[Span]], ...] = (_emails, _phones, _days, _money)
    for reader in (*readers, _orders, _numbers):
        for start, end, entity in reader(text):
            if not any(start < b and a < end for a, b, _ in found):
                found.append((start, end, entity))
    return found


def resolved(value: str, today: date) -> str:
    """Make a day of one that counts from today (`+1d`, `w3+1`) or names no year (`--11-03`).

    Of the years the one is taken that brings it nearest to today; anything else stays as it is.
    """
    if relative := re.fullmatch(r"([+-]\d+)d", value):
        return (today + timedelta(days=int(relative[1]))).isoformat()
    if weekday := re.fullmatch(r"w([1-7])([+-]\d+)", value):
        monday = today - timedelta(days=today.weekday())
        days = int(weekday[1]) - 1 + 7 * int(weekday[2])
        return (monday + timedelta(days=days)).isoformat()
    if yearless := re.fullmatch(r"--(\d\d)-(\d\d)", value):
        days_of = (_day(today.year + n, int(yearless[1]), int(yearless[2])) for n in (-1, 0, 1))
        near = [day for day in days_of if day]
        return min(near, key=lambda day: abs(day - today)).isoformat() if near else value
    return value


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _emails(text: str) -> Iterator[Span]:
    return ((*m.span(), ("email", m[0])) for m in _EMAIL.finditer(text))


def _phones(text: str) -> Iterator[Span]:
    return ((*m.span(), ("phone", re.sub("[- ]", "", m[0]))) for m in _PHONE.finditer(text))


def _orders(text: str) -> Iterator[Span]:
    return ((*m.span(), ("order_number", m[0].removeprefix("#"))) for m in _ORDER.finditer(text))


def _days(text: str) -> Iterator[Span]:
    for m in _DAY.finditer(text):
        year, month, day = m["y"] or "", _whole(m["m"] or m["zm"]), _whole(m["d"] or m["zd"])
        if 1 <= month <= 12 and 1 <= day <= 31:
            said = f"{int(year):04}-" if year else "--"
            yield *m.span(), ("date", f"{said}{month:02}-{day:02}")
    for m in _NEAR.finditer(text):
        yield *m.span(), ("date", _RELATIVE[m[0].lower()])
    for m in _WEEK.finditer(text):
        which = _WHICH.get(m["which"] or "", 0)
        yield *m.span(), ("date", f"w{_WEEKDAYS[m['day']]}{which:+}")


def _money(text: str) -> Iterator[Span]:
    for m in _MONEY.finditer(text):
        value = _value(m["a"] or m["b"], m["au"] or m["bu"])
        if value is not None:
            yield *m.span(), ("money", value)


def _numbers(text: str) -> Iterator[Span]:
    for m in _PLAIN.finditer(text):
        words = m[0]
        unit = words[-1] if words[-1].lower() in _TIMES else ""
        value = _value(words.removesuffix(unit).strip(), unit)
        if value is not None:
            yield *m.span(), ("number", value)


def _value(words: str, unit: Any) -> str | None:
    if words[:1].isdigit():
        value = mixed_number(words) or 0.0
    else:
        spoken = chinese_number(words)
        if spoken is None:
            return None
        value = float(spoken)
    value *= _TIMES.get((unit or "").lower(), 1)
    return str(int(value)) if value.is_integer() else f"{value:g}"


def _whole(words: str) -> int:
    return int(words) if words.isdigit() else chinese_number(words) or 0
