"""The quick way to cut a text that stands as we write it: every run of lines is looked at once.

An edit leaves almost all runs as they were, so what was found out about each is remembered by its
words. Where a line stands otherwise, the slow way of `flows/segments.py` goes line by line; where
both can, they cut alike.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

Path = tuple[str, ...]
Parts = dict[Path, str]

KEY = re.compile(
    r"""( *)("[^"\\]*"|'[^']*'|[^\s#:{}\[\],&*!|>'"%@`?-][^\s:{}\[\]]*) *:(?=\s|$)(.*)"""
)
_ODD = re.compile(r"[\t\r\v\f\x1c-\x1e\x85\u2028\u2029]|^ *[^\S \n]", re.MULTILINE)
_FIRST = re.compile(r"\n( *)[^ \n#]")
Found = list[tuple[Path, str, str]]


def cut_regular(text: str, depths: Mapping[str, int]) -> Parts | None:
    """Cut a text whose keys stand in order below each other; None where any line does not."""
    found: Found = []
    lead, *runs = _runs(f"\n{text}", 0)
    if not _only_comments(lead):
        return None
    for run in runs:
        head = KEY.match(_first_line(run))
        depth = depths.get(_name(head), 0) if head else 0
        if not _take(found, (), run, 0, depth):
            return None
    parts: Parts = {}
    before = lead[1:]
    for path, body, after in found:
        parts[path] = before + body
        before = after
    if len(parts) < len(found) or not found:
        return None
    parts[found[-1][0]] += before
    return parts


def opens(rest: str) -> bool:
    """Say whether what follows a key on its line leaves its value to the lines below."""
    value = rest.strip()
    return not value or value[0] == "#"


def _take(found: Found, above: Path, run: str, indent: int, depth: int) -> bool:
    """Take one key with what stands below it, cut as many levels deep as asked."""
    if depth:
        head = KEY.match(_first_line(run))
        first = _FIRST.search(run)
        if head and first and opens(head[3]):
            return _take_inside(found, (*above, _name(head)), run, (indent, len(first[1])), depth)
    looked = _look(run, indent)
    if looked is None:
        return False
    key, end = looked
    found.append(((*above, key), run[:end], run[end:]))
    return True


def _take_inside(found: Found, path: Path, run: str, indents: tuple[int, int], depth: int) -> bool:
    outer, inner = indents
    lead, *runs = _runs(run, inner)
    looked = _look(lead, outer)
    if inner <= outer or looked is None or not _only_comments(lead[looked[1] :]):
        return False
    found.append((path, lead[: looked[1]], lead[looked[1] :]))
    return all(_take(found, path, one, inner, depth - 1) for one in runs)


def _runs(text: str, indent: int) -> list[str]:
    """Cut before every line whose first word stands just there."""
    starts = [found.start() + 1 for found in re.finditer(rf"\n {{{indent}}}[^ #\n]", text)]
    return [text[a:b] for a, b in zip([0, *starts], [*starts, len(text)], strict=True)]


@lru_cache(maxsize=16384)
def _look(run: str, indent: int) -> tuple[str, int] | None:
    """Give the key of a run and where the comments begin that belong to the next; None if odd."""
    line = _first_line(run)
    head = KEY.match(line)
    if head is None or len(head[1]) != indent or _ODD.search(run):
        return None
    # Below a key everything stands deeper, but for comments and blank lines.
    if re.compile(rf"(?m)^(?! {{{indent + 1}}}| *#| *$)").search(run, len(line)):
        return None
    end = len(run)
    while end > len(line):
        start = run.rfind("\n", 0, end - 1) + 1
        if run[start:end].lstrip(" ")[:1] not in ("#", "\n", ""):
            break
        end = start
    return _name(head), end


def _name(head: re.Match[str]) -> str:
    return head[2].strip("\"'")


def _first_line(run: str) -> str:
    return run[: run.find("\n") + 1 or len(run)]


def _only_comments(lines: str) -> bool:
    return not _ODD.search(lines) and not _FIRST.search(f"\n{lines}")
