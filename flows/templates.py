"""{{ placeholders }} in scripts, rendered by sandboxed Liquid within limits.

Only values that we hand over can be reached: Liquid has no attribute access to Python objects
that are not mappings. Loops and output are limited, so a wording can never hang a turn.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

MOST_OUTPUT = 20_000


class _Wording(Environment):
    loop_iteration_limit = 200
    output_stream_limit = MOST_OUTPUT
    context_depth_limit = 8
    local_namespace_limit = 4_000


_environment = _Wording()
for _tag in ("include", "render", "layout", "block", "extends", "tablerow", "cycle"):
    _environment.tags.pop(_tag, None)


def problem_in(text: str) -> str:
    """Say what is wrong with a wording's placeholders; empty when nothing is."""
    if "{" not in text:
        return ""
    try:
        _compiled(text)
    except LiquidError as error:
        return str(error).splitlines()[0][:200]
    return ""


def variable_paths(text: str) -> set[str]:
    """Name the values a wording asks for as dotted paths, such as `slot.budget`."""
    if "{" not in text or problem_in(text):
        return set()
    paths = _compiled(text).global_variable_segments()
    return {".".join(str(part) for part in path) for path in paths}


def render(text: str, values: Mapping[str, Any]) -> str:
    """Fill the placeholders in; a wording that fails is said without its placeholders' values."""
    if "{" not in text:
        return text
    try:
        return _compiled(text).render(**values)
    except LiquidError:
        return ""


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Turn flat facts (`order.total`) into the nested values that placeholders read."""
    values: dict[str, Any] = {}
    for name, value in facts.items():
        *parents, last = name.split(".")
        inner = values
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    return values


@lru_cache(maxsize=4096)
def _compiled(text: str) -> BoundTemplate:
    return _environment.from_string(text)
