"""Intents in the browser: sentences edited together, taught from what was not understood, tried."""

import io
import time

import pytest
from flask.testing import FlaskClient

from designer import drafts, evaluations
from designer.tables import Evaluation
from designer.tasks import evaluate
from runtime.db import transaction
from runtime.nlu import cascade
from runtime.nlu.cascade import EmbeddedModel
from runtime.nlu.sentences import sentences_in
from runtime.services import Portal
from runtime.tables import EventRow

HTMX = {"HX-Request": "true"}


def said(portal: Portal, intent: str, path: str = "nlu/zh.yml") -> list[str]:
    return sentences_in(drafts.files(portal.services.engine).get(path, "")).get(intent, [])


def rev(portal: Portal) -> int:
    return drafts.newest(portal.services.engine)


def test_an_intent_is_made_named_and_taught(client: FlaskClient, portal: Portal) -> None:
    client.set_cookie("lang", "zh")
    where = client.post("/nlu/", data={"name": "要赠品"}).headers["Location"]
    assert "要赠品" in client.get(where).text
    form = {"rev": rev(portal), "said:nlu/zh.yml": "有赠品吗\r\n送不送东西\n\n有赠品吗"}
    assert client.put(where, data=form, headers=HTMX).status_code == 200
    key = where.rpartition("/")[2]
    assert said(portal, key) == ["有赠品吗", "送不送东西"]
    tried = client.get("/nlu/try?text=有没有赠品呀").text
    assert "要赠品" in tried
    assert "--told" in tried
    client.post("/nlu/undo", headers=HTMX)
    assert said(portal, key) == []


def test_a_sentence_tried_may_be_long_and_one_that_was_taught_is_named(
    client: FlaskClient, portal: Portal
) -> None:
    known = said(portal, "ask_price")[0]
    page = client.get("/nlu/").text
    assert 'hx-post="/nlu/try"' in page, "a long text does not fit into an address"
    tried = client.post("/nlu/try", data={"text": known}, headers=HTMX).text
    assert "taught word for word" in tried
    assert "first 500 characters" not in tried
    long = client.post("/nlu/try", data={"text": "多少钱呢" * 5_000}, headers=HTMX)
    assert long.status_code == 200
    assert "first 500 characters" in long.text
    assert "ranking" in long.text


def test_sentences_of_two_people_both_stay(client: FlaskClient, portal: Portal) -> None:
    intent = next(iter(sentences_in(drafts.files(portal.services.engine)["nlu/zh.yml"])))
    before, seen = said(portal, intent), rev(portal)
    url = f"/nlu/intents/{intent}"
    mine = "\n".join([*before, "第一个人写的"])
    theirs = "\n".join([*before[1:], "第二个人写的"])
    for lines in (mine, theirs):
        form = {"rev": seen, "said:nlu/zh.yml": lines}
        assert client.put(url, data=form, headers=HTMX).status_code == 200
    assert said(portal, intent) == [*before[1:], "第一个人写的", "第二个人写的"]


def test_what_was_not_understood_is_taught_with_two_keys(
    client: FlaskClient, portal: Portal
) -> None:
    now = time.time()
    with transaction(portal.services.engine) as database:
        for n, (text, confidence) in enumerate(
            [("能便宜点不", 0.2), ("能便宜点不", 0.3), ("打13812345678", 0.1), ("你好", 0.99)]
        ):
            data = {"text": text, "intent": "ask_price", "confidence": confidence}
            row = EventRow(
                id=f"m{n}", name="message", visitor="v", at=now - n, data=data, text=text
            )
            database.add(row)
    page = client.get("/nlu/inbox").text
    assert "能便宜点不" in page
    assert "2 times" in page
    assert "13812345678" not in page
    assert 'data-intent="ask_price" aria-pressed="true" aria-keyshortcuts="1"' in page
    assert '<option value="ask_price" selected>' in page, "the likeliest is chosen already"
    form = {"text": "能便宜点不", "intent": "ask_price"}
    after = client.post("/nlu/inbox", data=form, headers=HTMX).text
    assert "能便宜点不" in said(portal, "ask_price")
    assert after.count("能便宜点不") == 1, "only the notice names it"
    assert client.post("/nlu/inbox", data={"text": "x"}, headers=HTMX).status_code == 422


def test_tables_come_in_and_go_out(client: FlaskClient, portal: Portal) -> None:
    table = "text,intent\n太贵了吧,ask_price\nhow much,ask_price\n坏,Bad Name\n"
    form = {"table": (io.BytesIO(table.encode()), "a.csv")}
    page = client.post("/nlu/import", data=form, headers=HTMX).text
    assert "Bad Name" in page
    assert "太贵了吧" in said(portal, "ask_price")
    assert "how much" in said(portal, "ask_price", "nlu/en.yml")
    out = client.get("/nlu/export.csv").data.decode("utf-8-sig")
    assert "太贵了吧,ask_price" in out
    bad = {"table": (io.BytesIO(b"nlu: ["), "a.yml")}
    assert client.post("/nlu/import", data=bad, headers=HTMX).status_code == 422


@pytest.mark.usefixtures("worker")
def test_an_evaluation_is_asked_for_followed_and_kept(client: FlaskClient, portal: Portal) -> None:
    engine = portal.services.engine
    assert "Waiting for a worker" in client.post("/nlu/evaluation/", headers=HTMX).text
    assert client.post("/nlu/evaluation/", headers=HTMX).status_code == 200
    (asked,) = evaluations.latest(engine)
    assert "progress" in client.get(f"/nlu/evaluation/{asked.id}/progress", headers=HTMX).text
    evaluate()
    done = evaluations.find(engine, asked.id)
    assert done is not None
    assert (done.state, done.done) == ("done", 5)
    assert done.outcome["size"] > 5
    page = client.get(f"/nlu/evaluation/{asked.id}/progress", headers=HTMX)
    assert page.headers["HX-Retarget"] == "#evaluation"
    assert '"kind": "heat"' in page.text.replace("&#34;", '"')


@pytest.mark.usefixtures("worker")
def test_a_cancelled_evaluation_ends_before_its_next_part(
    client: FlaskClient, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = portal.services.engine
    asked = evaluations.ask(engine, "x")
    trained: list[int] = []

    def train(_examples: object) -> EmbeddedModel:
        trained.append(1)
        evaluations.cancel(engine, asked.id)
        return EmbeddedModel.load(cascade.train([]))

    monkeypatch.setattr(cascade, "load_trained", train)
    evaluate()
    assert trained == [1]
    found = evaluations.find(engine, asked.id)
    assert found is not None
    assert found.state == "cancelled"
    assert evaluations.latest(engine) == []


def test_one_that_was_left_behind_is_taken_up_again(portal: Portal) -> None:
    engine = portal.services.engine
    asked = evaluations.ask(engine, "x")
    assert evaluations._claim(engine, evaluations.CROSS) == asked.id
    assert evaluations._claim(engine, evaluations.CROSS) is None, "somebody is at it"
    with transaction(engine) as database:
        row = database.get_one(Evaluation, asked.id)
        row.seen_at -= evaluations.SILENT + 1
    assert evaluations._claim(engine, evaluations.CROSS) == asked.id
