"""What an edit that came as JSON may hold: lists, places."""

from typing import Any

from flows.edits import EditRefused

Edit = dict[str, Any]
Place = tuple[float, float]


def list_of(value: Any) -> list[Any]:
    """Take a list that is not empty; EditRefused for anything else."""
    if not isinstance(value, list) or not value:
        raise EditRefused("bad_edit")
    return value


def place_of(at: Any) -> Place:
    """Take a place on the canvas; EditRefused for anything else."""
    if (
        isinstance(at, list)
        and len(at) == 2
        and all(isinstance(n, int | float) and abs(n) < 1e5 for n in at)
    ):
        return float(at[0]), float(at[1])
    raise EditRefused("bad_edit")


def whole(place: Place) -> list[int]:
    """Give a place as YAML keeps it: whole numbers."""
    return [round(place[0]), round(place[1])]
