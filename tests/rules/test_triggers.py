import pytest

from flows.conditions import FactTest
from rules.model import Dwell, Event, Rule, Trigger
from rules.simulate import simulate
from rules.triggers import RuleState, due, react

DWELL = Trigger("Product Viewed", {"product": "A"}, Dwell(120, ("page_leave", "Product Added")))
RULE = Rule("r", DWELL, FactTest("cart.count", "eq", 0))


def _view(at: float, product: str = "A") -> Event:
    return Event("Product Viewed", at, {"product": product})


@pytest.mark.parametrize(
    ("events", "fired_at"),
    [
        ([_view(0), Event("tick", 121)], [120]),
        ([_view(0), Event("tick", 119)], []),
        ([_view(0), Event("page_leave", 60), Event("tick", 300)], []),
        ([_view(0), Event("Product Added", 60, {"product": "A"}), Event("tick", 300)], []),
        ([_view(0), _view(60, "B"), Event("tick", 300)], []),
        ([_view(0), _view(60), Event("tick", 300)], [180]),
        ([Event("Product Added", 0, {"name": "B"}), _view(1), Event("tick", 300)], []),
    ],
)
def test_dwell(events: list[Event], fired_at: list[float]) -> None:
    assert [moment.at for moment in simulate([RULE], events) if moment.fired] == fired_at


def test_silence_is_that_of_the_visitor() -> None:
    rule = Rule("r", Trigger("message", {"intent": "ask_price"}, silence=60))
    asked = Event("message", 0, {"intent": "ask_price"})
    other = Event("message", 30, {"intent": "greet"})
    assert [m.fired for m in simulate([rule], [asked, Event("tick", 61)])] == [True]
    assert simulate([rule], [asked, other, Event("tick", 100)]) == []


def test_a_timer_that_was_armed_anew_finds_nobody_home() -> None:
    state, _ = react([RULE], RuleState(), _view(0))
    first = state.armed["r"][0]
    state, _ = react([RULE], state, _view(60))
    assert due([RULE], state, 130, ("r", first))[1] == []
    assert due([RULE], state, 181, ("r", first + 1))[1] == [RULE]
