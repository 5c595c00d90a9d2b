"""A signed-in client of the designer, on a real database and a real Valkey."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import accounts, drafts
from designer.app import make_designer
from migrations.run import migrate
from runtime.db import open_engine
from runtime.services import Portal
from runtime.settings import Settings
from tests.workspaces import SMALL

PASSWORD = "correct horse"


@pytest.fixture
def portal(settings: Settings) -> Iterator[Portal]:
    engine = open_engine(settings.database)
    migrate(engine)
    for role in ("admin", "operator", "agent"):
        accounts.add(engine, f"{role}@x.test", PASSWORD, [role])
    drafts.save(engine, drafts.Author("test", "import", "import"), dict(SMALL), {})
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
