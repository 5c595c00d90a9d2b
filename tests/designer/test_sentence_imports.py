"""Sentences come in and go out whole, in true numbers, many intents at once."""

import io
import time

import pytest
from flask.testing import FlaskClient

from designer import drafts
from runtime.compiling import MOST_INTENTS
from runtime.nlu.sentences import sentences_in
from runtime.services import Portal

HTMX = {"HX-Request": "true"}


def take_in(client: FlaskClient, content: str | bytes, name: str = "a.csv") -> tuple[int, str]:
    data = content.encode() if isinstance(content, str) else content
    form = {"table": (io.BytesIO(data), name)}
    answer = client.post("/nlu/import", data=form, headers=HTMX)
    return answer.status_code, answer.text


def said(portal: Portal, intent: str, path: str = "nlu/zh.yml") -> list[str]:
    return sentences_in(drafts.files(portal.services.engine).get(path, "")).get(intent, [])


def test_thousands_for_one_intent_all_arrive(client: FlaskClient, portal: Portal) -> None:
    before = len(said(portal, "ask_price"))
    rows = [f"这是第{n}句话,ask_price" for n in range(6_000)]
    table = "\n".join(["text,intent", *rows, rows[0], "太长" * 300 + ",ask_price", "坏,名 字"])
    status, page = take_in(client, table)
    assert status == 200
    assert "6000 sentences were taken in." in page
    assert "1 was known already or stood there twice." in page
    assert "Left out: 1 that is longer than 500 characters, “太长太长" in page
    assert "Left out: 1, for the name of its intent: 名 字" in page
    assert len(said(portal, "ask_price")) == before + 6_000
    assert client.get("/nlu/export.csv").text.count("这是第") == 6_000


def test_many_intents_are_read_and_written_once(client: FlaskClient, portal: Portal) -> None:
    rows = [f"第{i}个意图第{j}句,i_{i}" for i in range(1_000) for j in range(10)]
    started = time.process_time()
    _status, page = take_in(client, "\n".join(["text,intent", *rows]))
    assert time.process_time() - started < 15
    assert "10000 sentences were taken in." in page
    assert len(said(portal, "i_999")) == 10
    again = take_in(client, "\n".join(["text,intent", *rows[:50], "新的一句,i_3"]))[1]
    assert "1 sentence was taken in. 50 were known already" in again


def test_what_is_too_much_is_said_and_still_goes_out(client: FlaskClient, portal: Portal) -> None:
    rows = [f"第{i}句,i_{i}" for i in range(MOST_INTENTS + 50)]
    _status, page = take_in(client, "\n".join(["text,intent", *rows]))
    assert f"There is more to teach than {MOST_INTENTS} intents" in page
    assert client.get("/nlu/export.csv").text.count("句,i_") == MOST_INTENTS + 50
    for part in range(4):
        huge = (f"{'很长' * 150}{i},j_{part}" for i in range(400))
        status, page = take_in(client, "\n".join(["text,intent", *huge]))
    assert status == 422
    assert "would be longer than 1 MiB" in page
    assert said(portal, "j_3") == []


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("text,intent\n你好,greet\n坏\x00了,greet\n", "a.csv", "Line 3 holds an invisible control"),
        ("text,intent\n你好\n", "a.csv", "Line 2 needs a text and an intent."),
        ("a,b\n你好,greet\n", "a.csv", "The first line must name the columns text and intent."),
        ("nlu:\n- intent: [\n", "a.yml", "Line "),
        ("nlu: []\nnlu: []\n", "a.yml", "Line 2: "),
        (b"\xff\xfe\x00", "a.yml", "is not written in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_said_by_its_line(
    client: FlaskClient, content: str | bytes, name: str, words: str
) -> None:
    status, page = take_in(client, content, name)
    assert status == 422
    assert words in page
    assert "yaml_" not in page


def test_a_spreadsheet_of_china_and_words_for_both_directions(
    client: FlaskClient, portal: Portal
) -> None:
    take_in(client, "text,intent\n便宜点吧,ask_price\n".encode("gb18030"))
    take_in(client, "text,intent\n\u202e再便宜\u200b点\u202c,ask_price\n")
    assert said(portal, "ask_price")[-2:] == ["便宜点吧", "再便宜点"]


def test_known_with_what_it_annotates(client: FlaskClient, portal: Portal) -> None:
    rasa = 'version: "3.1"\nnlu:\n- intent: buy\n  examples: |\n    - 要[小米14](product)\n'
    assert "1 sentence was taken in." in take_in(client, rasa, "a.yml")[1]
    out = client.get("/nlu/export.csv").data
    assert "0 sentences were taken in." in take_in(client, out)[1]
    assert said(portal, "buy") == ["要[小米14](product)"]


def test_a_line_that_is_too_long_is_named_and_nothing_typed_is_lost(
    client: FlaskClient, portal: Portal
) -> None:
    form = {"rev": 1, "said:nlu/zh.yml": "短的一句\n" + "长" * 501}
    answer = client.put("/nlu/intents/ask_price", data=form, headers=HTMX)
    assert answer.status_code == 422
    assert "Line 2 is longer than 500 characters." in answer.text
    assert "短的一句\n" + "长" * 501 in answer.text
    assert "短的一句" not in said(portal, "ask_price")


def test_an_export_names_a_file_that_cannot_be_read(client: FlaskClient, portal: Portal) -> None:
    author = drafts.Author("x", "nlu", "x")
    drafts.save(portal.services.engine, author, {"nlu/fr.yml": "nlu: ["}, {})
    answer = client.get("/nlu/export.csv")
    assert answer.status_code == 422
    assert "nlu/fr.yml" in answer.text
