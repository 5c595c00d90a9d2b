"""Python loads this in every process of an installation under test, for it lies on PYTHONPATH.

While a file named as a point lies in the folder TEST_FAULTS, the first process to pass that point
takes the file away and kills or stops itself there, as the file says. While a file named as a bug
lies there, the product has that bug. Modules are changed as soon as they are loaded.
"""

import importlib.abc
import importlib.util
import inspect
import os
import signal
import sys
from collections.abc import Callable
from functools import partial, wraps
from types import ModuleType
from typing import Any

from fault_points import POINTS
from seeded_bugs import BUGGY

FOLDER = os.environ.get("TEST_FAULTS", "")


def is_on(name: str) -> bool:
    """Say whether a bug is there now."""
    return os.path.exists(f"{FOLDER}/{name}")


def reach(name: str) -> None:
    """Pass a point: end or stop here, where that is wanted."""
    path = f"{FOLDER}/{name}"
    if not os.path.exists(path):
        return
    try:
        with open(path, encoding="ascii") as file:
            how = file.read()
        os.unlink(path)
    except FileNotFoundError:  # Another process was quicker.
        return
    with open(f"{path}.pid", "w", encoding="ascii") as file:
        file.write(str(os.getpid()))
    os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)


def _passing(name: str, when: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def before(values: tuple[Any, ...]) -> None:
        if when == "before":
            reach(name)

    def after(values: tuple[Any, ...]) -> None:
        if when == "after" or (when == "sent" and _is_commit(values[1])):
            reach(name)

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def waiting(*values: Any, **named: Any) -> Any:
            before(values)
            found = await function(*values, **named)
            after(values)
            return found

        return waiting

    @wraps(function)
    def plain(*values: Any, **named: Any) -> Any:
        before(values)
        found = function(*values, **named)
        after(values)
        return found

    return plain


def _is_commit(sent: bytes) -> bool:
    """Tell the commit of a turn from all else that is sent to Redis: a script on a session."""
    return b"EVALSHA" in sent and b"\r\ns:" in sent


def change(module: ModuleType) -> None:
    """Bring the points and the bugs into a module that was just loaded."""
    for name, (when, place, path) in POINTS.items():
        if place == module.__name__:
            _replace(module, path, partial(_passing, name, when))
    for place, path, make in BUGGY:
        if place == module.__name__:
            _replace(module, path, partial(make, is_on, module))


def _replace(module: ModuleType, path: str, make: Callable[[Any], Any]) -> None:
    *owners, name = path.split(".")
    owner: Any = module
    for part in owners:
        owner = getattr(owner, part)
    setattr(owner, name, make(getattr(owner, name)))


class _Finder(importlib.abc.MetaPathFinder):
    wanted = {place for _when, place, _path in POINTS.values()} | {place for place, _, _ in BUGGY}

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in self.wanted:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            change(module)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


if FOLDER:
    sys.meta_path.insert(0, _Finder())
