"""Drafts to a release, when no problem is left and no test says otherwise; and back again."""

from collections.abc import Collection, Mapping

from sqlalchemy import Engine

from designer import drafts
from designer.tables import AuditEntry
from flows.book import Files
from flows.problems import blocking
from runtime import releases
from runtime.compiling import Compiled, compile_files
from runtime.db import transaction
from runtime.errors import CannotPublish
from runtime.preview import Verdict, run_talks
from runtime.rule_trial import tried
from runtime.services import Portal, Services


def publish(portal: Portal, author: str, message: str, left_out: Collection[str] = ()) -> int:
    """Publish the drafts, some files left as they are live; gives the number, or CannotPublish."""
    engine = portal.services.engine
    if needs_second(engine):
        raise CannotPublish("needs_second", "")
    _number, live = releases.live_files(engine)
    return publish_files(portal, author, message, without(drafts.files(engine), live, left_out))


def without(files: Files, live: Files, left_out: Collection[str]) -> dict[str, str]:
    """Give the drafts with some files as they are live."""
    kept = {path: text for path, text in files.items() if path not in left_out}
    return kept | {path: live[path] for path in left_out if path in live}


def publish_files(portal: Portal, author: str, message: str, files: Mapping[str, str]) -> int:
    """Publish a set of files; gives the number, CannotPublish when something is in the way."""
    engine = portal.services.engine
    compiled = compile_files(files)
    left = blocking(compiled.problems)
    if left:
        raise CannotPublish("problems_left", str(len(left)))
    different, unmatched = tried(files)
    if different:
        raise CannotPublish("matcher_disagrees", ", ".join(sorted(different)))
    failing = failed(verdicts(engine, files, compiled))
    if failing and compiled.book.workspace.tests == "block":
        raise CannotPublish("tests_fail", ", ".join(failing))

    async def go(services: Services) -> int:
        redis = services.redis
        return await releases.publish(redis, engine, files, message, author, unmatched)

    number = portal.call(go)
    note(engine, author, "publish", f"{number}: {message}")
    return number


def verdicts(
    engine: Engine, files: Mapping[str, str], compiled: Compiled
) -> dict[str, list[Verdict]]:
    """Run the tests of every flow that has some."""
    flows = [flow for flow in compiled.book.flows.values() if flow.tests]
    if not flows:
        return {}
    release = releases.draft_release(files, releases.trained_model(engine, files))
    return {flow.key: run_talks(release, flow) for flow in flows}


def failed(found: Mapping[str, list[Verdict]]) -> list[str]:
    """Name the tests that fail, each with its flow."""
    return [
        f"{flow} · {verdict.talk.name}"
        for flow, of_flow in found.items()
        for verdict in of_flow
        if not verdict.passed
    ]


def needs_second(engine: Engine) -> bool:
    """Say whether a second person must look; what is live says so, no draft switches it off."""
    _number, live = releases.live_files(engine)
    return compile_files(live).book.workspace.four_eyes if live else False


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
