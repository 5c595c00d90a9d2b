"""Experiments over flows, rules and several scripts, and for whom they are, on a real Redis."""

from collections import Counter

import pytest

from flows.experiments import QUIET, Experiment
from rules.model import Event
from runtime.conversation import handle
from runtime.engine.meeting import Met, expose, meets
from runtime.engine.session import Session
from runtime.engine.turn import Turn
from runtime.experiments.beginning import begin
from runtime.experiments.runs import NotPossible, change, runs
from runtime.experiments.standing import held_out
from runtime.experiments.steering import tally
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from tests.runtime.experiments.acting import AB, ARMS, meet, order, refund
from tests.runtime.experiments.over_others import (
    FLOWS,
    OVER_FLOW,
    OVER_RULE,
    counts,
    say,
)
from tests.workspaces import SMALL, publish_files


async def test_a_flow_begins_as_its_arm_and_the_visitor_keeps_it(services: Services) -> None:
    await publish_files(services, FLOWS)
    run = await begin(services, OVER_FLOW, "a@b")
    met = {f"v{i}": (await say(services, f"v{i}", "你好"))[0] for i in range(40)}
    assert set(met.values()) == {"您好", "在的，请讲"}
    assert min(Counter(met.values()).values()) > 10
    found = await tally(services, runs(services.engine)[0])
    assert sorted(found.exposures.sum(-1)) == sorted(Counter(met.values()).values())
    other = next(v for v, words in met.items() if words == "在的，请讲")
    assert (await say(services, other, "你好"))[0] == "在的，请讲"
    assert (await tally(services, runs(services.engine)[0])).exposures.sum() == 40
    await counts(services, run)


async def test_an_order_counts_for_the_flow_whoever_spoke_last(services: Services) -> None:
    await publish_files(services, FLOWS)
    run = await begin(services, OVER_FLOW, "a@b")
    visitors = [f"v{i}" for i in range(20)]
    for visitor in visitors:
        await say(services, visitor, "你好")
        await meet(services, visitor)  # A rule's script with a goal of its own.
        await order(services, visitor, f"order-{visitor}")
    found = await counts(services, run)
    assert found["welcome orders0"] + found["welcome_b orders0"] == 20
    assert found["welcome firsts"] + found["welcome_b firsts"] == 20
    whole = await services.redis.hgetall(keys.arms("offer"))
    assert sum(float(n) for field, n in whole.items() if field.endswith(b"orders")) == 20
    for visitor in visitors[:5]:
        await refund(services, visitor, f"order-{visitor}", 0)
    found = await counts(services, run)
    assert found["welcome orders0"] + found["welcome_b orders0"] == 15


async def test_what_a_rule_brings_is_told_by_visitors_it_kept_quiet_to(services: Services) -> None:
    run = await begin(services, OVER_RULE, "a@b")
    for number in range(40):
        await meet(services, f"v{number}")
        await order(services, f"v{number}", f"o{number}")
    lines = [await services.sessions.lines_after(f"v{i}", 0) for i in range(40)]
    spoken = sum(bool(said) for said in lines)
    assert 10 < spoken < 30
    found = await counts(services, run)
    assert found[f"{QUIET} exposures"] == found[f"{QUIET} orders0"] == 40 - spoken
    assert found["dwell exposures"] == found["dwell orders0"] == spoken


async def test_visitors_meet_the_same_wording_in_all_scripts_of_a_set(services: Services) -> None:
    two = "script: {0}\nvariants: {{warm: {{text: {{zh-CN: 亲{0}}}}}, formal: {{text: {{zh-CN: 您{0}}}}}}}\n"
    files = {f"scripts/{key}.yaml": two.format(key) for key in ("hi", "need")}
    await publish_files(services, files)
    several = Experiment("tone", "hi", arms=ARMS, scripts=("need",), metric="clicks")
    run = await begin(services, several, "a@b")
    for number in range(30):
        said = await say(services, f"v{number}", "你好")
        assert said[0][0] == said[1][0], "one tone"
        await handle(services, Message(f"v{number}", "rest", payload="/welcome.need.0"))
    found = await counts(services, run)
    assert found["warm exposures"] + found["formal exposures"] == 30, "each once"
    assert found["warm clicks"] + found["formal clicks"] == 30
    with pytest.raises(NotPossible, match="script_taken"):
        await begin(services, Experiment("again", "need", arms=ARMS), "a@b")


async def test_experiments_of_a_group_have_no_visitor_in_common(services: Services) -> None:
    await publish_files(services, FLOWS)
    half = {"share": 0.5, "group": "welcome"}
    first = Experiment("one", "offer", arms=ARMS, **half)
    second = Experiment("two", flow="welcome", arms=("welcome", "welcome_b"), **half)
    await begin(services, first, "a@b")
    await begin(services, second, "a@b")
    with pytest.raises(NotPossible, match="group_full"):
        await begin(services, Experiment("three", rule="dwell", arms=(QUIET, "dwell"), **half), "a")
    runs_met = []
    for number in range(40):
        await say(services, f"v{number}", "你好")
        await meet(services, f"v{number}")
        session = (await services.sessions.load(f"v{number}")).session
        runs_met.append({seen.run for seen in session.exposures if seen.run})
    assert all(len(met) == 1 for met in runs_met)
    assert set.union(*runs_met) == {"one#1", "two#1"}
    await change(services, "one#1", "stopped", "a@b")
    assert await begin(services, Experiment("three", "offer", arms=ARMS, **half), "a") == "three#1"


async def test_only_who_writes_on_a_channel_takes_part(services: Services) -> None:
    await publish_files(services, FLOWS)
    only = Experiment("way", flow="welcome", arms=("welcome", "welcome_b"), channels=("widget",))
    await begin(services, only, "a@b")
    for number in range(12):
        await handle(services, Message(f"r{number}", "rest", "你好"))
        await handle(services, Message(f"w{number}", "widget", "你好"))
    assert (await tally(services, runs(services.engine)[0])).exposures.sum() == 12


async def test_who_is_held_out_takes_part_in_nothing_and_is_counted(services: Services) -> None:
    text = SMALL["workspace.yaml"] + "experiments: {hold_out: 0.5}\n"
    await publish_files(services, {"workspace.yaml": text})
    run = await begin(services, AB, "a@b")
    met = {f"v{i}": await meet(services, f"v{i}") for i in range(40)}
    out = [visitor for visitor, arm in met.items() if not arm]
    assert 10 < len(out) < 30
    for visitor in out[:5]:
        await order(services, visitor, visitor)
    told = await held_out(services)
    assert told
    assert (told.in_shown, told.out_shown) == (40 - len(out), len(out))
    assert told.out_rate[1] == 5 / len(out)
    await counts(services, run)


async def test_who_is_held_out_of_a_flow_is_counted_by_its_goal(services: Services) -> None:
    text = SMALL["workspace.yaml"] + "experiments: {hold_out: 0.5}\n"
    await publish_files(services, {**FLOWS, "workspace.yaml": text})
    await begin(services, OVER_FLOW, "a@b")
    for number in range(30):
        await say(services, f"v{number}", "你好")
        await order(services, f"v{number}", f"o{number}")
    told = await held_out(services)
    assert told
    assert told.in_rate[1] == told.out_rate[1] == 1.0


async def test_what_a_page_calls_as_we_do_counts_for_nothing(services: Services) -> None:
    run = await begin(services, AB, "a@b")
    await meet(services, "v")
    for name in ("converted", "refunded", "clicked", "resolved", "exposed"):
        odd = Event(name, services.now(), {"order_id": "x"})
        await handle(services, Message("v", "track", kind="event", data={"event": odd}))
    await order(services, "v", "o1")
    found = await counts(services, run)
    assert sum(many for what, many in found.items() if what.endswith("orders0")) == 1


async def test_a_quiet_rule_tells_no_other_rule(services: Services) -> None:
    chained = SMALL["rules/dwell.yaml"].replace(
        "expires: 30m}]", "expires: 30m}, {do: emit, event: offered}]"
    )
    heard = "rule: heard\ntrigger: {event: offered}\nthen: [{do: set, tag: heard}]\n"
    await publish_files(services, {"rules/dwell.yaml": chained, "rules/heard.yaml": heard})
    await begin(services, OVER_RULE, "a@b")
    for number in range(20):
        await meet(services, f"v{number}")
        session = (await services.sessions.load(f"v{number}")).session
        (arm,) = (seen.variant for seen in session.exposures if seen.run)
        assert session.profile.get("tag.heard", False) is (arm == "dwell")


async def test_many_scripts_do_not_push_an_experiment_out(services: Services) -> None:
    await publish_files(services, FLOWS)
    await begin(services, OVER_FLOW, "a@b")
    session = Session("v")
    turn = Turn(1.0, "", "", "", {}, running=(await services.sessions.load("v")).running)
    met = meets(session, turn, "flow.welcome", {"welcome", "welcome_b"})
    session, _wishes = expose(session, turn, "flow.welcome", met.arm, met)
    for number in range(30):
        session, _wishes = expose(session, turn, f"s{number}", "a", Met())
    assert len(session.exposures) == 20
    assert session.exposures[0].run == "way#1"
