"""Faults planted into the small workspace, each found with its code and place."""

import pytest

from runtime.compiling import compile_files
from tests.workspaces import SMALL

WELCOME, OFFER, DWELL = "flows/welcome.yaml", "scripts/offer.yaml", "rules/dwell.yaml"

FAULTS = [
    (WELCOME, "next: need}\n  need", "next: nowhere}\n  need", "unknown_step", 4),
    (WELCOME, "say: hi, ", "say: missing, ", "unknown_script", 4),
    (WELCOME, "  price: {say: price, next: done}", "  price: {say: price}", "dead_end", 13),
    (WELCOME, "say: price, next: done", "say: price, next: price", "endless_loop", 13),
    (WELCOME, "ask_price: price}", "ask_prize: price}", "unknown_intent", 10),
    (WELCOME, "start: hi", "start: ho", "missing_start", 2),
    (WELCOME, "call: orders", "call: ordes", "unknown_flow", 14),
    (WELCOME, "done: {end: true}", "done: {finish: true}", "unknown_step_kind", 15),
    (WELCOME, "otherwise: unsure", "otherwise: done", "unreachable_step", 12),
    (WELCOME, "en: Prices", "de: Preise", "missing_translation", 8),
    (WELCOME, "flow: welcome", "flow: Welcome!", "bad_key", 1),
    ("flows/orders.yaml", "order.count", "order.cuont", "unknown_fact", 7),
    ("flows/orders.yaml", "value: 1}", "value: one}", "value_of_wrong_type", 7),
    (
        "flows/orders.yaml",
        "order.count, op: gte, value: 1}",
        "order.id, op: eq, value: ''}",
        "nothing_to_compare",
        7,
    ),
    ("flows/orders.yaml", '"[0-9]{6,}"', '"[0-9"', "bad_pattern", 4),
    ("flows/orders.yaml", "retry: again", "retyr: again", "unknown_key", 4),
    ("scripts/found.yaml", "slot.order_number", "slot.nothing", "unknown_slot", 2),
    ("scripts/found.yaml", " }}", " }", "bad_template", 2),
    (OFFER, "weighting: bandit", "weighting: {fixed: {cold: 1}}", "unknown_variant", 3),
    (DWELL, "more_than: 1s", "more_than: soon", "bad_duration", 3),
    (DWELL, "script: offer", "script: offre", "unknown_script", 5),
    (DWELL, "coupon: IP15-100", "coupon: IP15", "unknown_coupon", 5),
    (
        DWELL,
        "fact: cart.count, op: eq, value: 0",
        "fact: message.intent, op: eq, value: buy",
        "intent_never_told",
        4,
    ),
    (DWELL, "op: eq, value: 0", "op: in, value: [0, one]", "mixed_list", 4),
    (DWELL, "op: eq, value: 0", "op: in, value: [0, null]", "mixed_list", 4),
    (DWELL, "product: iPhone15 Pro", "product: {}", "wrong_type", 3),
    (DWELL, "product: iPhone15 Pro", "product: [null]", "wrong_type", 3),
    (DWELL, "op: eq", "op: equals", "unknown_operator", 4),
    (DWELL, "limits: {cooldown: 24h, per_session: 1}", "", "no_limit", 1),
    ("workspace.yaml", "start: welcome", "start: nothing", "unknown_flow", 3),
    ("nlu/zh.yml", "- intent: ask_price", "- intent:", "bad_training_file", 1),
]


def test_the_small_workspace_is_without_problems() -> None:
    assert compile_files(SMALL).problems == []


@pytest.mark.parametrize(("file", "old", "new", "code", "line"), FAULTS)
def test_a_planted_fault_is_named(file: str, old: str, new: str, code: str, line: int) -> None:
    assert old in SMALL[file]
    problems = compile_files({**SMALL, file: SMALL[file].replace(old, new, 1)}).problems
    found = [problem for problem in problems if problem.code == code]
    assert found, [problem.code for problem in problems]
    assert (found[0].file, found[0].line) == (file, line)
    assert found[0].column > 0


@pytest.mark.parametrize(
    ("deed", "limits", "warned"),
    [
        ("{do: push_coupon, coupon: IP15-100}", "", True),
        ("{do: push_coupon, coupon: IP15-100}", "limits: {cooldown: 1d}", False),
        ("{do: send_script, script: hi}", "limits: {group: marketing}", True),
        ("{do: send_script, script: hi}", "", False),
    ],
)
def test_of_answers_only_gifts_and_marketing_need_a_limit(
    deed: str, limits: str, warned: bool
) -> None:
    text = f"rule: answer\ntrigger: {{event: message}}\nthen: [{deed}]\n{limits}\n"
    problems = compile_files({**SMALL, "rules/answer.yaml": text}).problems
    assert ("no_limit" in {problem.code for problem in problems}) is warned


def test_all_faults_at_once_are_all_named() -> None:
    files = dict(SMALL)
    for file, old, new, _code, _line in FAULTS[:3]:
        files[file] = files[file].replace(old, new, 1)
    codes = {problem.code for problem in compile_files(files).problems}
    assert {"unknown_step", "unknown_script", "dead_end"} <= codes
