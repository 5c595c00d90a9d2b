"""Waits that woke nothing: when they began, and what ended them."""

import pytest

from rules.model import Dwell, Event, Rule, Trigger
from rules.simulate import Lapse, replay

RULE = Rule("r", Trigger("Product Viewed", dwell=Dwell(60.0, ("page_leave", "Product Added"))))


@pytest.mark.parametrize(
    ("events", "lapses"),
    [
        ([("Product Viewed", 5), ("Product Added", 30)], [Lapse("r", 5, 30, "Product Added")]),
        ([("Product Viewed", 5)], [Lapse("r", 5, 65)]),
        ([("Product Viewed", 5), ("page", 90)], []),
        ([("Order Completed", 5)], []),
        (
            [("Product Viewed", 5), ("page_hidden", 20), ("page_shown", 50), ("page_leave", 60)],
            [Lapse("r", 5, 60, "page_leave")],
        ),
        (
            [("Product Viewed", 5), ("page_hidden", 9), ("Product Viewed", 20), ("page_leave", 30)],
            [Lapse("r", 20, 30, "page_leave")],
        ),
        (
            [("Product Viewed", 5), ("page_hidden", 9), ("page_leave", 30)],
            [Lapse("r", 5, 30, "page_leave")],
        ),
    ],
)
def test_a_wait_says_when_it_began_and_what_ended_it(
    events: list[tuple[str, float]], lapses: list[Lapse]
) -> None:
    found = replay([RULE], [Event(name, at) for name, at in events])[1]
    assert found == lapses
