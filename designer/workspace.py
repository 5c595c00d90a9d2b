"""What a page needs of the drafts: all files, what they mean, and what is wrong with them."""

from dataclasses import dataclass, replace
from functools import lru_cache

from flask import abort, current_app, g
from sqlalchemy import Engine, select

from designer import drafts
from designer.tables import Version
from flows.model import Flow
from flows.problems import Problem
from flows.reading import read_flow
from flows.yaml_text import read
from runtime.compiling import Compiled, compile_files
from runtime.db import transaction
from runtime.services import Portal


@dataclass(frozen=True)
class Workspace:
    """The drafts at a revision, read."""

    files: dict[str, str]
    compiled: Compiled
    rev: int = 0

    def problems_in(self, path: str) -> list[Problem]:
        """Give the problems of one file."""
        return [problem for problem in self.compiled.problems if problem.file == path]

    def flow(self, key: str) -> Flow:
        """Give a flow; one whose YAML cannot be read as it was last drawn; 404 for none."""
        path = f"flows/{key}.yaml"
        if path not in self.files:
            abort(404)
        flow = self.compiled.book.flows.get(key)
        return flow or _last_good(path, self.rev) or Flow(key)

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
    """Read all drafts; what the request shows is called as these call it."""
    rev = drafts.newest(engine())
    workspace = g.workspace = workspace_of(drafts.files(engine()), rev)
    return workspace


def workspace_of(files: dict[str, str], rev: int) -> Workspace:
    """Read a set of files as the workspace they were at a revision."""
    return Workspace(files, compile_files(files), rev)


@lru_cache(maxsize=64)
def _last_good(path: str, rev: int) -> Flow | None:
    """Find the newest version of a flow, up to a revision, that could be drawn."""
    query = select(Version.after).where(Version.path == path, Version.change_id <= rev)
    with transaction(engine(), writes=False) as database:
        texts = list(database.scalars(query.order_by(Version.id.desc()).limit(50)))
    for text in texts:
        document = read(text or "", path)
        if document.value is not None:
            return replace(read_flow(document), key=path[6:-5])
    return None
