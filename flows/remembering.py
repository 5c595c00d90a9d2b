"""What was found out about something that did not change since need not be found out again.

Flows, steps, scripts and rules are never changed once they were read, and what is read from the
same words is the same object. So a result is kept by the very objects it came from.
"""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Generic, TypeVar

from flows.problems import Problem
from flows.yaml_text import Document, Part, Path

T = TypeVar("T")


class Memory(Generic[T]):
    """Results by the objects they came from, at most so many; the oldest are forgotten."""

    def __init__(self, most: int) -> None:
        self._most, self._writing = most, Lock()
        self._kept: dict[tuple[int, ...], tuple[tuple[object, ...], T]] = {}

    def recall(self, sources: tuple[object, ...], work: Callable[[], T]) -> T:
        """Give what work on these objects brings; it must look at nothing else that may change."""
        key = tuple(map(id, sources))
        kept = self._kept.get(key)
        if kept is not None:
            return kept[1]
        result = work()
        with self._writing:
            # The objects are kept as well: while they live, no other has the id of one.
            self._kept[key] = (sources, result)
            while len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]
        return result


def alone(path: Path, part: Part) -> Document:
    """Give a part as a document of its own, so that what is found in it has lines of its own."""
    return Document("", parts={path: (0, part)})


def placed(problems: list[Problem], file: str, before: int) -> Iterator[Problem]:
    """Place what was found in a part alone: in its file, with the lines that stand before it."""
    for p in problems:
        yield Problem(p.code, file, p.line + before, p.column, p.step, p.values)
