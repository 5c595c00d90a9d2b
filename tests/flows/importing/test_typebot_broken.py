"""What is no Typebot, and exports broken at random."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from flows.importing.imported import MOST_BYTES, NotReadable
from flows.importing.typebot import from_typebot
from tests.flows.importing.typebots import QUIZ, problems, run

UNREADABLE = [
    (b"", "not_json"),
    (b"\xff\xfe", "not_utf8"),
    (b"[" * 50_000, "too_deep"),
    (b" " * (MOST_BYTES + 1), "too_big"),
    (b"null", "not_a_typebot"),
    (b'{"groups": [{"blocks": {}}]}', "not_a_typebot"),
    (json.dumps({"groups": [{"blocks": [{}] * 20_001}]}).encode(), "too_many_blocks"),
]


@pytest.mark.parametrize(("content", "code"), UNREADABLE)
def test_what_is_no_typebot_is_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(NotReadable) as refused:
        from_typebot(content)
    assert refused.value.code == code


STRANGE = [
    "{{x}}",
    "{% if",
    "<script>",
    "",
    None,
    -1.5,
    1e308,
    True,
    [],
    {},
    "\ud800",
    "\0",
    "current",
    "{{",
    "yes",
    "- a: b",
]
STRANGE += [
    "text",
    "Condition",
    "choice input",
    "Set variable",
    "Jump",
    "AB test",
    "{{Name}} + {{Name}} * 3",
    "x" * 30_000,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, part in inner:
        yield from places(part, (*path, name))


def broken(raw: Any, rng: random.Random) -> Any:
    raw = copy.deepcopy(raw)
    for _ in range(rng.randint(1, 20)):
        path = rng.choice(list(places(raw)) or [()])
        holder = raw
        for name in path[:-1]:
            holder = holder[name]
        if path and rng.random() < 0.2:
            del holder[path[-1]]
        elif path:
            holder[path[-1]] = copy.deepcopy(rng.choice([*STRANGE, holder]))
    return raw


@pytest.mark.parametrize("seed", range(40))
def test_no_broken_export_breaks_the_import(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(3):
        try:
            imported = run(broken(QUIZ, rng))
        except NotReadable:
            continue
        assert problems(imported) == []
        assert 0 <= imported.carried <= imported.total
