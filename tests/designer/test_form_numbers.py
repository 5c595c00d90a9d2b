"""A number that is none is refused, naming its field; 0 is a number; names hold no odd signs."""

import pytest
from flask.testing import FlaskClient

from designer import drafts
from designer.form_texts import kept_text, name_of
from flows.yaml_text import values_of
from runtime.services import Portal
from tests.designer.filled_forms import filled
from tests.designer.test_pages import HTMX

RULE, CONNECTOR, WHICH = "/rules/dwell", "/connectors/shop", "/experiments/which"
FILES = {
    "connectors/shop.yaml": "connector: shop\ntitle: {en: Shop}\nurl: https://shop.example/\n",
    "experiments/which.yaml": "experiment: which\nscript: offer\narms: [warm, formal]\nmode: canary\ntarget: 0.12\n",
}


def put(client: FlaskClient, portal: Portal, place: str, **more: str) -> tuple[int, str, str]:
    """Save a form with some fields changed; gives the status, what is said, and the file."""
    drafts.save(portal.services.engine, drafts.Author("a", "x", "x"), dict(FILES), {})
    asked = {**HTMX, "Accept-Language": "en"}
    form = filled(client.get(place, headers=asked).text, place)
    answer = client.put(place, data=form | {k: [v] for k, v in more.items()}, headers=asked)
    text = drafts.files(portal.services.engine)[f"{place.strip('/')}.yaml"]
    return answer.status_code, answer.text, text


@pytest.mark.parametrize(
    ("place", "field", "typed", "named"),
    [
        (RULE, "priority", "abc", "Priority (stronger first)"),
        (RULE, "priority", "1e999", "Priority (stronger first)"),
        (RULE, "priority", "1.5", "Priority (stronger first)"),
        (RULE, "per_session", "0", "Times a session"),
        (RULE, "per_visitor", "many", "Times a visitor"),
        (CONNECTOR, "seconds", "soon", "Waits at most, in seconds"),
        (WHICH, "share", "0", "For how many visitors, %"),
        (WHICH, "share", "all", "For how many visitors, %"),
        (WHICH, "target", "x", "Switch at a lift of, %"),
        (WHICH, "days", "x", "After days"),
        (WHICH, "orders", "x", "And hits of each"),
    ],
)
def test_what_is_no_number_is_refused_by_name(
    client: FlaskClient, portal: Portal, place: str, field: str, typed: str, named: str
) -> None:
    before = put(client, portal, place)[2]
    status, said, after = put(client, portal, place, **{field: typed})
    assert status == 422
    assert f"“{named}” must be a" in said
    assert after == before


@pytest.mark.parametrize(
    ("place", "field", "typed", "kept"),
    [
        (RULE, "priority", "0", ("priority", 0)),
        (RULE, "priority", "-5", ("priority", -5)),
        (WHICH, "target", "0", ("target", 0)),
        (WHICH, "share", "7", ("audience", {"share": 0.07})),
    ],
)
def test_nought_is_a_number(
    client: FlaskClient,
    portal: Portal,
    place: str,
    field: str,
    typed: str,
    kept: tuple[str, object],
) -> None:
    status, _said, after = put(client, portal, place, **{field: typed})
    assert status == 200
    assert (kept[0], values_of(after)[kept[0]]) == kept


def test_a_name_holds_neither_control_nor_bidi_characters_and_has_an_end(
    client: FlaskClient, portal: Portal
) -> None:
    _status, _said, text = put(
        client, portal, RULE, **{"name.en": "a\0b\u202ec\n" + "x" * 1_000_000}
    )
    name = values_of(text)["name"]["en"]
    assert name.startswith("abc xxx")
    assert len(name) == 120
    made = client.post("/rules/", data={"name": "\u202e\0\u2066evil" + "y" * 500})
    path = made.headers["Location"].strip("/") + ".yaml"
    made_name = next(iter(values_of(drafts.files(portal.services.engine)[path])["name"].values()))
    assert made_name.startswith("evil")
    assert len(made_name) == 120
    assert name_of("👩‍🚀 ok") == "👩‍🚀 ok"


@pytest.mark.parametrize(
    ("known", "given", "kept"),
    [
        ({"zh-CN": "甲", "ja": "い"}, {"zh-CN": "乙"}, {"zh-CN": "乙", "ja": "い"}),
        ({"zh-CN": "甲"}, {"en": "甲"}, {"zh-CN": "甲"}),
        ({"zh-CN": "甲"}, {"en": "A"}, {"zh-CN": "甲", "en": "A"}),
        ({"zh-CN": "甲", "en": "A"}, {"en": ""}, {"zh-CN": "甲"}),
        ({"en": "A"}, {"en": ""}, None),
        ("甲", {"": "乙"}, "乙"),
        ("甲", {"en": "甲"}, "甲"),
        ("甲", {"en": "A"}, "A"),
        (None, {"en": "A"}, {"en": "A"}),
        ({"en": "A"}, None, {"en": "A"}),
    ],
)
def test_a_text_keeps_the_languages_that_a_form_does_not_show(
    known: object, given: object, kept: object
) -> None:
    assert kept_text(known, given) == kept
