"""Names and things in the browser: lists made, changed by two people, refused in words, tried."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from designer import drafts
from designer.pages import nlu_entities
from runtime.nlu.sentences import lists_in, sentences_in
from runtime.services import Portal
from tests.designer.conftest import sign_in

HTMX = {"HX-Request": "true"}
URL = "/nlu/entities/"
LISTED = """
# What we sell.
- lookup: product  # by name
  examples: |
    - 小米14
    - 洗衣机
# How they call it.
- synonym: 小米14
  examples: |
    - 米十四
"""


@pytest.fixture
def listed(portal: Portal) -> Portal:
    engine = portal.services.engine
    text = drafts.files(engine)["nlu/zh.yml"] + LISTED.lstrip("\n")
    drafts.save(engine, drafts.Author("x", "import", "lists"), {"nlu/zh.yml": text}, {})
    return portal


def lists(portal: Portal) -> dict[tuple[str, str], list[str]]:
    return lists_in(drafts.files(portal.services.engine)["nlu/zh.yml"])


def rev(portal: Portal) -> int:
    return drafts.newest(portal.services.engine)


def form(portal: Portal, was: str, lines: str, name: str = "", seen: int = 0) -> dict[str, str]:
    return {
        "rev": str(seen or rev(portal)),
        "was": was,
        "name": name or was,
        "lines:nlu/zh.yml": lines,
    }


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize(
    ("path", "root"),
    [
        ("", "entities"),
        ("lookup/new", "entity"),
        ("lookup/?name=product", "entity"),
        ("synonym/?name=小米14", "entity"),
    ],
)
def test_a_browser_gets_the_page_and_htmx_its_part(
    client: FlaskClient, path: str, root: str
) -> None:
    whole, part = client.get(URL + path).text, client.get(URL + path, headers=HTMX).text
    assert whole.startswith("<!doctype html>")
    assert "Names and things" in whole
    assert part.startswith(f'<section id="{root}"')
    assert part in whole


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    for path in ("lookup/?name=nobody", "lookup/", "intent/?name=x", "intent/new"):
        assert client.get(URL + path).status_code == 404


def test_without_lists_the_page_says_what_to_do(client: FlaskClient, listed: Portal) -> None:
    page = client.get(URL).text
    assert "小米14 · 洗衣机" in page
    assert "No pattern yet" in page
    assert "No word list yet" not in page
    assert "None fits the search" in client.get(f"{URL}?q=米十四").text
    engine = listed.services.engine
    drafts.save(engine, drafts.Author("x", "y", "z"), {"nlu/broken.yml": "nlu: ["}, {})
    page = client.get(URL).text
    assert "nlu/broken.yml cannot be read" in page
    assert "/yaml/nlu/broken.yml" in page


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
def test_a_list_is_made_of_pasted_lines(
    client: FlaskClient, portal: Portal, headers: dict[str, str]
) -> None:
    said = sentences_in(drafts.files(portal.services.engine)["nlu/zh.yml"])
    new = {"name": " 颜色 ", "lines:": "- 红\r\n蓝\t色\n\n红\n"}
    answer = client.post(f"{URL}lookup/", data=new, headers=headers)
    where = answer.headers["HX-Push-Url" if headers else "Location"]
    assert answer.status_code == (200 if headers else 302)
    assert lists(portal) == {("lookup", "颜色"): ["红", "蓝 色"]}
    assert "红\n蓝 色</textarea>" in client.get(where).text
    assert sentences_in(drafts.files(portal.services.engine)["nlu/zh.yml"]) == said
    client.post(f"{URL}undo", headers=HTMX)
    assert lists(portal) == {}
    assert "颜色" in client.post(f"{URL}redo", headers=HTMX).text
    assert lists(portal) == {("lookup", "颜色"): ["红", "蓝 色"]}


@pytest.mark.parametrize(
    ("kind", "name", "lines", "said"),
    [
        ("lookup", " ", "a", "Give it a name."),
        ("lookup", "product", "a", "already one called “product”"),
        ("lookup", "city", "\n", "at least one line"),
        ("lookup", "city", "a\n" + "x" * 501, "Line 2: “"),
        (
            "regex",
            "code",
            "a\n\n([",
            "Line 3: “([” cannot be read as a pattern: a “[” is never closed.",
        ),
        ("regex", "code", "(?P&lt;x", "cannot be read as a pattern"),
        ("synonym", "红米", "米十四", "“米十四” already stands for “小米14”"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    client: FlaskClient,
    listed: Portal,
    kind: str,
    name: str,
    lines: str,
    said: str,
) -> None:
    before, new = rev(listed), {"name": name, "lines:": lines}
    for headers in ({}, HTMX):
        answer = client.post(f"{URL}{kind}/", data=new, headers=headers)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'role="alert"' in answer.text
        assert lines.strip()[-9:].replace("&", "&amp;") in answer.text
    assert rev(listed) == before


def test_a_list_is_changed_renamed_and_given_back(client: FlaskClient, listed: Portal) -> None:
    url = f"{URL}lookup/"
    answer = client.put(url, data=form(listed, "product", "小米14\n小米15", "goods"), headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Replace-Url"] == f"{url}?name=goods"
    assert lists(listed)["lookup", "goods"] == ["小米14", "小米15"]
    text = drafts.files(listed.services.engine)["nlu/zh.yml"]
    for comment in ("# What we sell.", "# by name", "# How they call it."):
        assert comment in text
    undone = client.post(f"{url}undo", data={"was": "product"}, headers=HTMX)
    assert 'id="entity"' in undone.text
    assert lists(listed)["lookup", "product"] == ["小米14", "洗衣机"]
    bad = client.put(url, data=form(listed, "product", " "), headers=HTMX)
    assert bad.status_code == 422
    assert "Write at least one line." in bad.text


def test_what_two_people_add_both_stays(client: FlaskClient, listed: Portal) -> None:
    seen = rev(listed)
    for lines in ("小米14\n洗衣机\n第一个", "小米14\n第二个"):
        data = form(listed, "product", lines, seen=seen)
        assert client.put(f"{URL}lookup/", data=data, headers=HTMX).status_code == 200
    assert lists(listed)["lookup", "product"] == ["小米14", "第一个", "第二个"]


def test_an_edit_that_falls_between_reading_and_writing_is_not_lost(
    client: FlaskClient, listed: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, seen = listed.services.engine, rev(listed)
    check, theirs = nlu_entities.refusals, [drafts.files(engine)["nlu/zh.yml"] + "# theirs\n"]

    def slowly(*given: object) -> object:
        if theirs:
            drafts.save(engine, drafts.Author("b", "nlu", "y"), {"nlu/zh.yml": theirs.pop()}, {})
        return check(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(nlu_entities, "refusals", slowly)
    data = form(listed, "product", "小米14\n洗衣机\n我的", seen=seen)
    assert client.put(f"{URL}lookup/", data=data, headers=HTMX).status_code == 200
    assert lists(listed)["lookup", "product"] == ["小米14", "洗衣机", "我的"]
    assert "# theirs" in drafts.files(engine)["nlu/zh.yml"]


def test_a_list_that_somebody_deleted_meanwhile_keeps_what_was_typed(
    client: FlaskClient, listed: Portal
) -> None:
    seen, url = rev(listed), f"{URL}lookup/"
    gone = client.post(f"{url}delete", data={"was": "product", "rev": str(seen)}, headers=HTMX)
    assert "“product” was deleted." in gone.text
    assert gone.headers["HX-Push-Url"] == URL
    assert ("lookup", "product") not in lists(listed)
    late = client.put(url, data=form(listed, "product", "小米14\n我的", seen=seen), headers=HTMX)
    assert late.status_code == 409
    assert "小米14\n我的</textarea>" in late.text
    assert 'hx-post="/nlu/entities/lookup/"' in late.text
    assert client.put(url, data=form(listed, "nobody", "x"), headers=HTMX).status_code == 404


def test_what_somebody_changed_meanwhile_is_not_deleted(
    client: FlaskClient, listed: Portal
) -> None:
    seen, url = rev(listed), f"{URL}lookup/"
    client.put(url, data=form(listed, "product", "小米14\n新的"), headers=HTMX)
    late = client.post(f"{url}delete", data={"was": "product", "rev": str(seen)}, headers=HTMX)
    assert late.status_code == 409
    assert "新的" in late.text
    assert lists(listed)["lookup", "product"] == ["小米14", "新的"]


@pytest.mark.usefixtures("listed")
def test_a_sentence_is_tried_and_each_name_says_where_it_is_listed(client: FlaskClient) -> None:
    url = f"{URL}try?text=米十四 明天到吗 <b>"
    for headers in ({}, HTMX):
        tried = client.get(url, headers=headers).text
        assert "product: 小米14" in tried
        assert f"{URL}synonym/?name=%E5%B0%8F%E7%B1%B314" in tried
        assert "found everywhere" in tried
        assert "<b>" not in tried
    assert "names nothing" in client.get(f"{URL}try?text=你好").text
    new = {"name": "退货", "lines:": "七天无理由"}
    page = client.post(f"{URL}synonym/", data=new, headers=HTMX).text
    assert "No word list has “退货”" in page
    assert "not found yet" in client.get(URL).text


@pytest.mark.parametrize("name", ["a/b", "..", "a?b#c%", "/x", "小米 14", "true", "12", "'"])
def test_every_name_has_an_address(client: FlaskClient, portal: Portal, name: str) -> None:
    new = {"name": name, "lines:": "x"}
    where = client.post(f"{URL}synonym/", data=new).headers["Location"]
    assert client.get(where).status_code == 200
    assert lists(portal) == {("synonym", name): ["x"]}
    gone = client.post(f"{URL}synonym/delete", data={"was": name}, headers=HTMX)
    assert gone.status_code == 200
    assert lists(portal) == {}


def test_who_may_not_edit_reads(app: Flask, listed: Portal) -> None:
    agent = sign_in(app, "agent")
    for headers in ({}, HTMX):
        new = {"name": "x", "lines:": "y"}
        answer = agent.post(f"{URL}lookup/", data=new, headers=headers)
        assert answer.status_code in (302, 403)
    assert ("lookup", "x") not in lists(listed)


def test_what_nobody_sees_is_left_out_of_names_and_lines(
    client: FlaskClient, portal: Portal
) -> None:
    typed = {"name": "\u202ecity\x00", "lines:": "上\x00海\n\u2067北京\u2069"}
    assert client.post(f"{URL}lookup/", data=typed, headers=HTMX).status_code == 200
    assert lists(portal)["lookup", "city"] == ["上海", "北京"]
