"""Facts that plugins bring: declared, folded in service and simulation, and harmless when wrong."""

from collections.abc import Mapping
from typing import Any

import pytest

from flows.conditions import FactTest
from plugins.facts import campaign
from rules import facts
from rules.facts import SESSION, VISITOR, Fact, FactSource, bring
from rules.model import Deed, Event, Rule, Trigger
from rules.simulate import simulate
from rules.snapshot import fold
from runtime.engine.session import Session, lasting_of
from runtime.plugin_loader import load_facts

LEVEL = Fact("crm.level", "number", "page", VISITOR)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SOURCES", "FACTS", "FACT_KINDS"):
        monkeypatch.setattr(facts, name, dict(getattr(facts, name)))


def _crm(give: Any) -> FactSource:
    def change(profile: Mapping[str, Any], event: Event) -> Mapping[str, Any]:
        if isinstance(give, Exception):
            raise give
        return {"crm.level": give, "cart.count": 99}

    return FactSource("crm", (LEVEL,), change)


@pytest.mark.parametrize(
    ("given", "known"),
    [(3, {"crm.level": 3}), ("x", {}), (True, {}), (None, {}), (ValueError("no"), {})],
)
def test_only_what_was_declared_is_taken(alone: None, given: Any, known: dict[str, Any]) -> None:
    bring(_crm(given))
    found = fold({}, Event("any", 1.0))
    assert {name: value for name, value in found.items() if name != "seen.at"} == known


@pytest.mark.parametrize(
    "fact",
    [
        Fact("cart.count", "number", "page", SESSION),
        Fact("other.x", "number", "page", SESSION),
        Fact("crm.x", "list", "page", SESSION),
    ],
)
def test_a_source_that_takes_what_is_not_its_own_is_refused(alone: None, fact: Fact) -> None:
    with pytest.raises(ValueError, match=fact.name):
        bring(FactSource("crm", (fact,), lambda _profile, _event: {}))


def test_a_rule_asks_for_it_and_it_lasts_as_long_as_it_says(
    alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(_crm(3))
    rule = Rule("r", Trigger("page"), FactTest("crm.level", "gte", 3), (Deed("emit", "x"),))
    (moment,) = simulate([rule], [Event("page", 1.0)])
    assert moment.fired
    monkeypatch.setattr("runtime.engine.session.FACTS", facts.FACTS)
    lasting = lasting_of(Session("v", profile={"crm.level": 3, "cart.count": 1}))
    assert lasting["profile"] == {"crm.level": 3}


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ({"search": "?utm_source=xiaohongshu&utm_campaign=%E5%8F%8C11"}, ("xiaohongshu", "双11")),
        ({"url": "https://shop.test/a?utm_source=mail&utm_campaign=x#top"}, ("mail", "x")),
        ({"search": "?q=1"}, None),
        ({"search": "?" + "&".join(["utm_source=x"] * 99)}, None),
        ({"url": "http://[broken?utm_source=x"}, None),
    ],
)
def test_the_campaign_stands_in_the_address(
    alone: None, said: dict[str, str], known: tuple[str, str] | None
) -> None:
    bring(campaign.register_facts()[0])
    found = fold({}, Event("page", 1.0, said))
    assert (found.get("campaign.source"), found.get("campaign.name")) == (known or (None, None))


def test_plugins_are_found_by_entry_point() -> None:
    load_facts()
    load_facts()
    assert facts.FACTS["campaign.source"].title["zh-CN"] == "来源渠道"
