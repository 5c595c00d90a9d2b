"""Nobody can be in two places: who starts a flow, and who calls a person, when several may."""

import pytest

from flows.conditions import AllOf
from rules.arbiter import Occasion
from rules.deciding import settle
from rules.model import Deed, Limits, Rule, Trigger
from rules.triggers import RuleState

FLOW, PERSON, SAY = Deed("start_flow", "f"), Deed("escalate", "q"), Deed("send_script", "s")


def _rule(key: str, priority: int, *deeds: Deed, limits: Limits | None = None) -> Rule:
    more = limits or Limits()
    return Rule(key, Trigger("page"), AllOf(), deeds, priority=priority, limits=more)


@pytest.mark.parametrize(
    ("strong", "weak", "acting", "lost"),
    [
        ((FLOW,), (FLOW,), ["strong"], [("weak", "lost_to", "strong")]),
        ((FLOW,), (FLOW, SAY), ["strong"], [("weak", "lost_to", "strong")]),
        ((PERSON,), (FLOW,), ["strong"], [("weak", "lost_to", "strong")]),
        ((PERSON,), (PERSON,), ["strong"], [("weak", "lost_to", "strong")]),
        ((FLOW,), (PERSON,), ["strong", "weak"], []),
        ((FLOW,), (PERSON, FLOW), ["strong", "weak"], []),
        ((FLOW,), (SAY,), ["strong", "weak"], []),
        ((SAY,), (FLOW,), ["strong", "weak"], []),
    ],
)
def test_only_the_strongest_leads(
    strong: tuple[Deed, ...],
    weak: tuple[Deed, ...],
    acting: list[str],
    lost: list[tuple[str, str, str]],
) -> None:
    rules = [_rule("weak", 40, *weak), _rule("strong", 60, *strong)]
    state, decision = settle("page", rules, RuleState(), {}, Occasion(100.0))
    assert [rule.key for rule, _deeds in decision.acting] == acting
    assert [(drop.rule, drop.reason, drop.by) for drop in decision.drops] == lost
    assert sorted(state.spoke) == sorted(acting), "who lost has not spoken"


def test_one_in_its_cooldown_leaves_the_way_to_the_next() -> None:
    rules = [_rule("strong", 60, FLOW, limits=Limits(cooldown=60)), _rule("weak", 40, FLOW)]
    state, first = settle("page", rules, RuleState(), {}, Occasion(100.0))
    _state, second = settle("page", rules, state, {}, Occasion(110.0))
    assert [rule.key for rule, _deeds in first.acting] == ["strong"]
    assert [rule.key for rule, _deeds in second.acting] == ["weak"]
