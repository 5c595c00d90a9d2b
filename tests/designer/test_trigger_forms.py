"""The form of a trigger says what the YAML says, and back."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale

from designer import drafts
from designer.rule_words import trigger_words
from designer.trigger_forms import trigger_of
from flows.yaml_text import values_of
from rules.model import Schedule, Then, Trigger, Without
from runtime.services import Portal
from tests.designer.test_counting import _form
from tests.designer.test_pages import HTMX

MINUTES = {"n": "10", "unit": "m"}


@pytest.mark.parametrize(
    ("form", "trigger"),
    [
        (
            {"event": "visit_start", "where_visit": "first", "where_product": "x"},
            {"event": "visit_start", "where": {"visit": "first"}},
        ),
        (
            {"event": "segment_entered", "where_segment": "vip"},
            {"event": "segment_entered", "where": {"segment": "vip"}},
        ),
        ({"event": "visit_end", "wait": MINUTES}, {"event": "visit_end"}),
        (
            {"event": "A", "then_event": "B", "then_within": MINUTES, "then_more": '{"without": ["C"]}'},
            {"event": "A", "then": {"event": "B", "within": "10m", "without": ["C"]}},
        ),
        (
            {"event": "A", "without": {"0": "B", "3": "C"}, "without_for": MINUTES},
            {"event": "A", "without": {"events": ["B", "C"], "for": "10m"}},
        ),
        (
            {"event": "A", "days": {"0": "mon"}, "hours_from": "20:00", "hours_to": "22:00"},
            {"event": "A", "schedule": {"days": ["mon"], "from": "20:00", "to": "22:00"}},
        ),
        ({"event": "A", "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, {"event": "A"}),
        ({"event": "A", "then_event": "B", "then_more": "[rubbish"}, {"event": "A", "then": {"event": "B", "within": "10m"}}),
    ],
)  # fmt: skip
def test_a_form_becomes_a_trigger(form: dict[str, Any], trigger: dict[str, Any]) -> None:
    assert trigger_of(form) == trigger


@pytest.mark.parametrize(
    ("trigger", "en", "zh"),
    [
        (
            Trigger("Product Viewed", then=Then("Cart Viewed", 600, without=("page_leave",))),
            "When a visitor views a product and within 10 minutes looks at the cart"
            " (and in between does none of this: leaves the page)",
            "当访客浏览 商品，并在 10 分钟内查看购物车（期间没有：离开页面）",
        ),
        (
            Trigger("Product Added", without=Without(("Order Completed",), 1800)),
            "When a visitor puts a product into the cart and then for 30 minutes does none of this:"
            " orders a product",
            "当访客把 商品 加入购物车，之后 30 分钟内没有：下单 商品",
        ),
        (
            Trigger("visit_start", {"visit": "first"}, schedule=Schedule((6, 7), 1200, 1380)),
            "When a visitor comes for the first time, on Saturday, Sunday, between 20:00 and 23:00",
            "当访客首次来访，限周六，周日，限 20:00 至 23:00",
        ),
    ],
)
def test_a_trigger_in_words(client: FlaskClient, trigger: Trigger, en: str, zh: str) -> None:
    with client.application.test_request_context():
        with force_locale("en"):
            assert trigger_words(trigger) == en
        with force_locale("zh"):
            assert trigger_words(trigger) == zh


def test_the_page_keeps_a_sequence(client: FlaskClient, portal: Portal) -> None:
    form = _form(client, "cart.count") | {"event": "Product Viewed", "wait.n": ""}
    form |= {"then_event": "Cart Viewed", "then_within.n": "5", "then_within.unit": "m"}
    form |= {"days.0": "mon", "hours_from": "09:00", "hours_to": "18:00"}
    shown = client.put("/rules/dwell", data=form, headers=HTMX)
    assert shown.status_code == 200
    assert "within 5 minutes looks at the cart, on Monday, between 09:00 and 18:00" in shown.text
    values = values_of(drafts.files(portal.services.engine)["rules/dwell.yaml"])["trigger"]
    assert values["then"] == {"event": "Cart Viewed", "within": "5m"}
    assert values["schedule"] == {"days": ["mon"], "from": "09:00", "to": "18:00"}
