"""What is no Rasa project, and projects broken at random."""

import copy
import json
import random
from typing import Any

import pytest

from flows.importing.imported import NotReadable
from flows.importing.rasa import from_rasa
from flows.yaml_text import read
from tests.flows.importing.rasa_projects import DOMAIN, FORM, STORIES, problems

UNREADABLE = [
    ({}, "not_a_rasa_project"),
    ({"config.yml": b"language: en\n"}, "not_a_rasa_project"),
    ({"domain.yml": b"\xff"}, "not_a_rasa_project"),
    ({"domain.yml": b"[" * 9_999}, "not_a_rasa_project"),
    ({"domain.yml": DOMAIN.encode()}, "no_stories"),
    (
        {"a.yml": b"stories: [1, {story: [], steps: [[], {or: 4}, {slot_was_set: 3}]}]"},
        "no_stories",
    ),
    ({f"{i}.yml": b" " * 1_000_000 for i in range(9)}, "too_big"),
    ({f"{i}.yml": b"" for i in range(2_001)}, "too_big"),
]


@pytest.mark.parametrize(("files", "code"), UNREADABLE)
def test_what_is_no_rasa_project_is_refused_with_a_code(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(NotReadable) as refused:
        from_rasa(files)
    assert refused.value.code == code


STRANGE = [
    "{x}",
    "{% if",
    "",
    None,
    -1.5,
    True,
    [],
    {},
    "\0",
    "order_form",
    "utter_greet",
    "x" * 30_000,
    "{{",
    "yes",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [
        *([path] if path else []),
        *(p for name, part in inner for p in places(part, (*path, name))),
    ]


def broken(raw: Any, rng: random.Random) -> Any:
    raw = copy.deepcopy(raw)
    for _ in range(rng.randint(1, 20)):
        path = rng.choice(places(raw) or [()])
        holder = raw
        for name in path[:-1]:
            holder = holder[name]
        if path and rng.random() < 0.2:
            del holder[path[-1]]
        elif path:
            holder[path[-1]] = copy.deepcopy(rng.choice([*STRANGE, holder]))
    return raw


@pytest.mark.parametrize("seed", range(40))
def test_no_broken_project_breaks_the_import(seed: int) -> None:
    rng = random.Random(seed)
    whole = {"d.yml": read(DOMAIN).value, "s.yml": read(STORIES).value, "f.yml": read(FORM).value}
    for _ in range(3):
        files = {path: json.dumps(raw).encode() for path, raw in broken(whole, rng).items()}
        try:
            imported = from_rasa(files)
        except NotReadable:
            continue
        assert problems(imported) == []
        assert 0 <= imported.carried <= imported.total
