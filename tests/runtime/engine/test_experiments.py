"""Who takes part in an experiment, which arm they meet, and that they keep it."""

from collections import Counter

import pytest

from runtime.engine.experiments import Running, arm_of, read_running

RUN = Running("offer#1", {"a": 0.5, "b": 0.3, "c": 0.2})


def test_arms_are_dealt_by_their_shares() -> None:
    dealt = Counter(arm_of(RUN, f"v{n}", {}, "", False) for n in range(20_000))
    for arm, share in RUN.shares.items():
        assert dealt[arm] / 20_000 == pytest.approx(share, abs=0.015)


def test_who_takes_part_does_not_depend_on_the_shares() -> None:
    half = Running("offer#1", {"a": 1.0, "b": 0.0}, share=0.5)
    other = Running("offer#1", {"a": 0.0, "b": 1.0}, share=0.5)
    for n in range(500):
        name = f"v{n}"
        assert bool(arm_of(half, name, {}, "", False)) is bool(arm_of(other, name, {}, "", False))


def test_two_runs_do_not_deal_alike() -> None:
    again = Running("offer#2", RUN.shares)
    same = sum(
        arm_of(RUN, f"v{n}", {}, "", False) == arm_of(again, f"v{n}", {}, "", False)
        for n in range(2_000)
    )
    assert same / 2_000 == pytest.approx(0.25 + 0.09 + 0.04, abs=0.05)


@pytest.mark.parametrize(
    ("settled", "in_session", "kept"),
    [(False, False, True), (False, True, True), (True, True, True), (True, False, False)],
)
def test_an_arm_is_kept_and_once_settled_for_the_session_only(
    settled: bool, in_session: bool, kept: bool
) -> None:
    run = Running("offer#1", {"a": 0.0, "b": 1.0}, settled=settled)
    assert (arm_of(run, "v", {}, "a", in_session) == "a") is kept


@pytest.mark.parametrize(("facts", "arm"), [({"segment.vip": True}, True), ({}, False)])
def test_only_who_is_in_a_segment_takes_part(facts: dict[str, object], arm: bool) -> None:
    run = Running("offer#1", {"a": 1.0}, segments=("vip", "new"))
    assert bool(arm_of(run, "v", facts, "", False)) is arm


def test_what_a_newer_version_says_besides_is_passed_over() -> None:
    assert read_running({"run": "x#1", "shares": {"a": 1.0}, "later": 1}) == Running(
        "x#1", {"a": 1.0}
    )
