"""A signed-in client of the designer, on a real database and a real Valkey."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import accounts, drafts
from designer.app import make_designer
from migrations.run import migrate
from runtime.db import open_engine
from runtime.services import Portal, set_portal
from runtime.settings import Settings
from tests.workspaces import SMALL

PASSWORD = "correct horse"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with accounts and the small workspace, made once: passwords are slow to hash."""
    path = tmp_path_factory.mktemp("prepared") / "dialoom.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    for role in ("admin", "operator", "agent"):
        accounts.add(engine, f"{role}@x.test", PASSWORD, [role])
    drafts.save(engine, drafts.Author("test", "import", "import"), dict(SMALL), {})
    engine.dispose()
    return path


@pytest.fixture
def portal(settings: Settings, prepared: Path) -> Iterator[Portal]:
    for suffix in ("", "-wal"):
        if prepared.with_name(f"dialoom.db{suffix}").exists():
            shutil.copy(prepared.with_name(f"dialoom.db{suffix}"), settings.data)
    engine = open_engine(settings.database)
    found = Portal(settings, engine)
    yield found
    found.close()
    engine.dispose()


@pytest.fixture
def app(settings: Settings, portal: Portal) -> Flask:
    app = make_designer(settings, portal)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


def sign_in(app: Flask, role: str) -> FlaskClient:
    client = app.test_client()
    form = {"email": f"{role}@x.test", "password": PASSWORD}
    assert client.post("/login", data=form).status_code == 302
    return client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return sign_in(app, "admin")


@pytest.fixture
def worker(portal: Portal) -> None:
    """Lets tasks run here."""
    set_portal(portal)
