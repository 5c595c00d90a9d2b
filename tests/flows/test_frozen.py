"""Frozen values are changed as `dataclasses.replace` changes them."""

import dataclasses
from functools import cached_property
from typing import Any

import pytest

from flows.frozen import replace


@dataclasses.dataclass(frozen=True)
class Place:
    name: str
    height: int = 0
    tags: tuple[str, ...] = ()

    @cached_property
    def loud(self) -> str:
        return self.name.upper()


def test_it_gives_what_the_standard_one_gives() -> None:
    place = Place("hill", 3, ("green",))
    for changes in ({}, {"height": 4}, {"name": "dale", "tags": ()}):
        any_changes: dict[str, Any] = changes
        mine, theirs = replace(place, **any_changes), dataclasses.replace(place, **any_changes)
        assert mine == theirs
        assert hash(mine) == hash(theirs)
        assert dataclasses.asdict(mine) == dataclasses.asdict(theirs)
    assert place == Place("hill", 3, ("green",))


def test_what_was_worked_out_is_worked_out_anew() -> None:
    place = Place("hill")
    assert place.loud == "HILL"
    assert replace(place, name="dale").loud == "DALE"
    assert replace(replace(place, name="dale"), height=1) == Place("dale", 1)


def test_it_stays_frozen_and_knows_its_fields() -> None:
    changed = replace(Place("hill"), height=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        changed.height = 2  # type: ignore[misc]
    wrong: Any = {"colour": "green"}
    with pytest.raises(TypeError, match="colour"):
        replace(changed, **wrong)
