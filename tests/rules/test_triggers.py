import pytest

from flows.conditions import FactTest
from rules.arbiter import decide, remember
from rules.model import Conflict, Dwell, Event, Limits, Rule, Trigger
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


@pytest.mark.parametrize(
    ("limits", "spoke", "now", "reason"),
    [
        (Limits(cooldown=60), (0.0,), 59, "cooldown"),
        (Limits(cooldown=60), (0.0,), 60, ""),
        (Limits(cooldown=60), (100.0,), 50, "cooldown"),
        (Limits(per_session=1), (0.0,), 99, "per_session"),
        (Limits(per_visitor=2, per_visitor_in=100), (0.0, 50.0), 99, "per_visitor"),
        (Limits(per_visitor=2, per_visitor_in=100), (0.0, 50.0), 101, ""),
    ],
)
def test_limits(limits: Limits, spoke: tuple[float, ...], now: float, reason: str) -> None:
    rule, state = Rule("r", DWELL, limits=limits), RuleState()
    for at in spoke:
        state = remember(state, [rule], at)
    chosen, drops = decide([rule], state, now)
    assert [drop.reason for drop in drops] == ([reason] if reason else [])
    assert bool(chosen) is not bool(reason)


def test_of_an_exclusive_group_only_the_strongest_speaks() -> None:
    weak = Rule("weak", DWELL, priority=1, conflict=Conflict("offers"))
    strong = Rule("strong", DWELL, priority=9, conflict=Conflict("offers"))
    chosen, drops = decide([weak, strong], RuleState(), 0)
    assert [rule.key for rule in chosen] == ["strong"]
    assert [(drop.rule, drop.reason) for drop in drops] == [("weak", "exclusive_group")]
