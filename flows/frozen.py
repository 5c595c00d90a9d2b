"""Frozen dataclasses changed as `dataclasses.replace` does it, in a fifth of the time.

A turn changes its session some twenty times. The standard function reads every field of the class
and calls `__init__` with all values; here the values are copied as they stand. What is worked out
from the fields and kept beside them (`cached_property`) is not copied. A class that works something
out when it is made (`__post_init__`) is for the standard function.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # So that types are checked as they are there.
    from dataclasses import replace
else:
    from dataclasses import fields

    _FIELDS: dict[type, frozenset[str]] = {}

    def replace(value: Any, /, **changes: Any) -> Any:
        """Give a value with some of its fields changed."""
        kind, kept = type(value), value.__dict__
        names = _FIELDS.get(kind)
        if names is None:
            names = _FIELDS[kind] = frozenset(field.name for field in fields(value))
        if not names.issuperset(changes):
            raise TypeError(f"{kind.__name__} has no {', '.join(changes.keys() - names)}")
        if len(kept) != len(names):
            kept = {name: kept[name] for name in names}
        fresh = object.__new__(kind)
        object.__setattr__(fresh, "__dict__", {**kept, **changes})
        return fresh


__all__ = ["replace"]
