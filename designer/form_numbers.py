"""Numbers as people type them into a form: what is none is refused, naming the field."""

from typing import Any

from flask_babel import gettext as _

from designer.form_values import number_of
from flows.edits import EditRefused

Bounds = tuple[float, float]
COUNT: Bounds = (1, 1_000_000)
"""How often something may happen, where it is limited at all."""


def asked_number(
    given: Any, field: str, bounds: Bounds, usual: float | None = None
) -> float | int | None:
    """Read a number within bounds, usual where the field is empty; EditRefused names the field."""
    words = str(given if given is not None else "").strip()
    if not words:
        return usual
    number = number_of(words)
    if number is None or not bounds[0] <= number <= bounds[1]:
        least, most = (f"{bound:,.10g}" for bound in bounds)
        raise EditRefused("bad_number", field=_named(field), least=least, most=most)
    return number


def asked_whole(given: Any, field: str, bounds: Bounds, usual: int | None = None) -> int | None:
    """Read a whole number within bounds; EditRefused names the field."""
    number = asked_number(given, field, bounds, usual)
    if number is not None and number != int(number):
        raise EditRefused("not_whole", field=_named(field))
    return None if number is None else int(number)


def _named(field: str) -> str:
    return str(_(field)).replace("%%", "%")
