"""A long flow, read step by step and each step remembered: an edit reads what it touched."""

from dataclasses import replace
from functools import partial

from flows.model import Flow, Step
from flows.problems import Problem
from flows.reading import read_flow
from flows.remembering import Memory, alone, placed
from flows.yaml_text import Document, Part

_STEPS: Memory[tuple[Step | None, list[Problem]]] = Memory(16384)


def read_any_flow(document: Document) -> Flow:
    """Read a flow file of any length; the same flow and problems as `read_flow` gives."""
    inside = document.value.get("steps") if document.parts else None
    if not inside or any(("steps", key) not in document.parts for key in inside):
        return read_flow(document)
    steps: dict[str, Step] = {}
    for key in inside:
        before, part = document.parts["steps", key]
        step, problems = _STEPS.recall((part,), partial(_read_step, key, part))
        document.problems += placed(problems, document.file, before)
        if step:
            steps[key] = step
    rest = replace(document, value={**document.value, "steps": {}})
    return replace(read_flow(rest), steps=steps)


def _read_step(key: str, part: Part) -> tuple[Step | None, list[Problem]]:
    document = alone(("steps", key), part)
    document.value = {"steps": part.value}
    return read_flow(document).steps.get(key), document.problems
