"""A script that nothing says may go; one that is said stays."""

import pytest
from flask.testing import FlaskClient

from designer import drafts
from runtime.services import Portal
from tests.designer.test_pages import HTMX


@pytest.mark.parametrize(("script", "status"), [("hi", 422), ("offer", 422), ("lost", 422)])
def test_a_script_that_is_said_stays(
    client: FlaskClient, portal: Portal, script: str, status: int
) -> None:
    answer = client.post(f"/scripts/{script}/delete", headers=HTMX)
    assert answer.status_code == status
    assert f"scripts/{script}.yaml" in drafts.files(portal.services.engine)
    assert f"/scripts/{script}/delete" not in client.get(f"/scripts/{script}").text


def test_a_script_that_nothing_says_is_deleted(client: FlaskClient, portal: Portal) -> None:
    client.post("/scripts/", data={"title": "Orphan"}, headers=HTMX)
    assert "scripts/orphan.yaml" in drafts.files(portal.services.engine)
    assert "/scripts/orphan/delete" in client.get("/scripts/orphan").text
    answer = client.post("/scripts/orphan/delete", headers=HTMX)
    assert answer.headers["HX-Redirect"] == "/scripts/"
    assert "scripts/orphan.yaml" not in drafts.files(portal.services.engine)
