"""Drafts to a release, when no problem is left; and back again."""

from random import Random

from sqlalchemy import Engine

from designer import drafts
from designer.tables import AuditEntry
from flows.problems import Problem, blocking
from rules.crosscheck import disagreements
from rules.judge import Judge
from runtime import releases
from runtime.compiling import compile_files
from runtime.db import transaction
from runtime.errors import CannotPublish
from runtime.services import Portal, Services

SNAPSHOTS = 500


def publish(portal: Portal, author: str, message: str) -> int:
    """Publish all drafts; gives the number, CannotPublish when something is in the way."""
    engine = portal.services.engine
    files = drafts.files(engine)
    compiled = compile_files(files)
    left: list[Problem] = blocking(compiled.problems)
    if left:
        raise CannotPublish("problems_left", str(len(left)))
    different = disagreements(compiled.rules, Judge.build(compiled.rules), Random(7), SNAPSHOTS)  # noqa: S311
    if different:
        raise CannotPublish("matcher_disagrees", ", ".join(sorted(different)))

    async def go(services: Services) -> int:
        return await releases.publish(services.redis, engine, files, message, author)

    number = portal.call(go)
    note(engine, author, "publish", f"{number}: {message}")
    return number


def roll_back(portal: Portal, author: str, number: int) -> None:
    """Make an older release live again; ReleaseUnknown when there is none."""
    engine = portal.services.engine

    async def go(services: Services) -> None:
        await releases.point_to(services.redis, engine, number)

    portal.call(go)
    note(engine, author, "rollback", str(number))


def note(engine: Engine, author: str, what: str, detail: str) -> None:
    """Write a line into the audit list."""
    with transaction(engine) as database:
        database.add(AuditEntry(author=author, what=what, detail=detail[:500]))
