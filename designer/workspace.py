"""What a page needs of the drafts: all files, what they mean, and what is wrong with them."""

from dataclasses import dataclass

from flask import abort, current_app
from sqlalchemy import Engine

from designer import drafts
from flows.model import Flow
from flows.problems import Problem
from runtime.compiling import Compiled, compile_files
from runtime.services import Portal


@dataclass(frozen=True)
class Workspace:
    """The drafts, read."""

    files: dict[str, str]
    compiled: Compiled

    def problems_in(self, path: str) -> list[Problem]:
        """Give the problems of one file."""
        return [problem for problem in self.compiled.problems if problem.file == path]

    def flow(self, key: str) -> Flow:
        """Give a flow; answers 404 when there is none."""
        flow = self.compiled.book.flows.get(key)
        if flow is None and f"flows/{key}.yaml" not in self.files:
            abort(404)
        return flow or Flow(key)

    @property
    def languages(self) -> tuple[str, ...]:
        """Name the languages scripts are written in."""
        return self.compiled.book.workspace.languages


def portal() -> Portal:
    """Give the way into the runtime."""
    found: Portal = current_app.extensions["portal"]
    return found


def engine() -> Engine:
    """Give the database."""
    return portal().services.engine


def open_workspace() -> Workspace:
    """Read all drafts."""
    files = drafts.files(engine())
    return Workspace(files, compile_files(files))
