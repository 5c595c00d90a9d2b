"""The flow as a list: steps are added, linked, deleted and made the start without a drawing."""

import pytest
from flask.testing import FlaskClient

from designer import drafts
from designer.pages.flow_list import CARD, free_place
from flows.model import Flow
from flows.yaml_text import values_of
from runtime.services import Portal

HTMX = {"HX-Request": "true"}
LIST = "/flows/welcome/list"


def flow(portal: Portal) -> dict[str, dict[str, object]]:
    return values_of(drafts.files(portal.services.engine)["flows/welcome.yaml"])


def rev(portal: Portal) -> int:
    return drafts.newest(portal.services.engine)


def test_a_step_is_added_where_a_way_out_leads_nowhere(client: FlaskClient, portal: Portal) -> None:
    before = set(flow(portal)["steps"])
    form = {"rev": rev(portal), "kind": "say", "from": "hi", "port": "next"}
    answer = client.post(f"{LIST}/steps", data=form, headers=HTMX)
    assert answer.status_code == 200
    (new,) = set(flow(portal)["steps"]) - before
    assert flow(portal)["steps"]["hi"]["next"] == new
    assert f'data-opened="{new}"' in answer.text, "its form is open"
    assert new in flow(portal)["layout"]


def test_start_delete_and_undo(client: FlaskClient, portal: Portal) -> None:
    old = drafts.files(portal.services.engine)["flows/welcome.yaml"]
    url = f"{LIST}/steps/need"
    assert client.post(f"{url}/start", data={"rev": rev(portal)}, headers=HTMX).status_code == 200
    assert flow(portal)["start"] == "need"
    assert client.post(f"{url}/delete", data={"rev": rev(portal)}, headers=HTMX).status_code == 200
    assert "need" not in flow(portal)["steps"]
    for _ in range(2):
        assert client.post(f"{LIST}/undo", headers=HTMX).status_code == 200
    assert drafts.files(portal.services.engine)["flows/welcome.yaml"] == old


def test_a_step_that_is_gone_is_said(client: FlaskClient, portal: Portal) -> None:
    gone = client.post(f"{LIST}/steps/nobody/delete", data={"rev": rev(portal)}, headers=HTMX)
    assert gone.status_code == 422
    assert "no step called nobody" in gone.text


@pytest.mark.parametrize("near", ["", "a", "b", "nobody"])
def test_a_new_card_covers_no_other(near: str) -> None:
    layout = {"a": (0.0, 0.0), "b": (320.0, 0.0), "c": (320.0, 250.0), "d": (640.0, 100.0)}
    x, y = free_place(Flow("f", layout=layout), near)
    assert all(abs(x - a) >= CARD[0] or abs(y - b) >= CARD[1] for a, b in layout.values())
