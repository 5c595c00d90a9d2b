"""What is remembered of earlier checks never shows: problems are those of a check from scratch."""

import random
from pathlib import Path

import pytest

from bench.canvas_graph import write_workspace
from flows import book, edits, yaml_text
from flows.book import FlowBook
from flows.edits import EditRefused
from flows.problems import Problem
from flows.remembering import Memory
from rules import yaml_text as rule_text
from runtime import compiling
from tests.workspaces import SMALL

Files = dict[str, str]
EDITS = 300
CONNECTOR = "connector: stock\nurl: https://stock.test/\nfill: {left: data.left}\n"
DAMAGE = ("\n", "  ", "# ", "x", ":", "'", "{", "- ", "\n\n", "}", '"', "slot.left", "　")
RIVALS = {
    key: f"""\
rule: {key}
priority: {priority}
trigger: {{event: message, where: {{intent: ask_price}}}}
when: {{all: [{{fact: cart.count, op: gte, value: {priority}}}]}}
then: [{{do: start_flow, flow: orders}}]
conflict: {{exclusive_group: desk}}
"""
    for key, priority in (("strong", 6), ("weak", 7))
}
COMING = {
    "scripts/line_3.yaml": "script: line_3\n",
    "connectors/stock.yaml": CONNECTOR,
    "flows/orders.yaml": SMALL["flows/orders.yaml"],
}
EXCHANGED = {
    "scripts/line_1.yaml": ("您好", "{{ slot.budget }}", "{{ slot.left }}", "{{ bad"),
    "workspace.yaml": ("zh-CN, en", "zh-CN", "IP15-100", "IP15-99"),
    "nlu/zh.yml": ("ask_price", "ask_prize"),
    "connectors/stock.yaml": ("url:", "speaks:", "left", "right"),
    "rules/strong.yaml": ("priority: 6", "priority: 8", "group: desk", "group: till", "gte", "lt"),
    "rules/dwell.yaml": ("offer", "line_1", "24h", "1h", "priority: 50", "priority: 60"),
}
"""Words that are exchanged for each other in files that flows and rules look at."""
BODIES = (
    {"ask": "line_1", "slot": "budget", "next": "s1"},
    {"ask": "line_2", "slot": "size", "expect": {"pattern": "[0-9"}, "next": "s2"},
    {"ask": "line_1", "intents": {"ask_price": "s1"}, "otherwise": "s0"},
    {"branch": [{"when": {"fact": "slot.budget", "op": "exists"}, "next": "s3"}]},
    {"request": "stock", "send": {"item": "{{ slot.size }}"}, "next": "s4"},
    {"call": "orders", "next": "s5"},
    {"set": {"budget": "{{ broken"}, "next": "s6"},
    {"say": "line_3", "next": "nowhere"},
    {"say": "", "next": "s0"},
)


def test_after_any_edits_the_problems_are_those_of_a_check_from_scratch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_text, "LONG", 1_000)
    dice = random.Random(20)
    files = _workspace(tmp_path)
    codes: set[str] = set()
    for number in range(EDITS):
        change = dice.choice(CHANGES)
        changed = change(files, dice)
        codes |= _assert_same(changed, monkeypatch, number)
        # What was damaged is mended mostly, or soon nothing could be read any more.
        if change is not _damage or dice.random() < 0.1:
            files = changed
    assert len(codes) > 20, codes


def test_a_memory_forgets_the_oldest_and_keeps_what_it_came_from() -> None:
    memory: Memory[list[int]] = Memory(2)
    one, other, third = object(), object(), object()
    first = memory.recall((one,), lambda: [1])
    assert memory.recall((one,), lambda: [2]) is first
    assert memory.recall((one, other), lambda: [3]) == [3]
    assert memory.recall((third,), lambda: [4]) == [4]
    assert memory.recall((one,), lambda: [5]) == [5]


def _workspace(folder: Path) -> Files:
    write_workspace(folder, (30, 40, 50), SMALL)
    paths = (path for path in folder.rglob("*.y*ml") if path.is_file())
    files = {str(path.relative_to(folder)): path.read_text("utf-8") for path in paths}
    rivals = {f"rules/{key}.yaml": text for key, text in RIVALS.items()}
    return {**files, **rivals, "connectors/stock.yaml": CONNECTOR}


def _assert_same(files: Files, monkeypatch: pytest.MonkeyPatch, number: int) -> set[str]:
    found = compiling.compile_files(files)
    problems, plain = _from_scratch(files, monkeypatch)
    assert found.problems == problems, number
    assert found.book.flows == plain.flows, number
    for key, flow in plain.flows.items():
        assert list(found.book.flows[key].steps) == list(flow.steps), number
    return {problem.code for problem in problems}


def _from_scratch(files: Files, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Problem], FlowBook]:
    """Read every file as a whole and check it, with nothing remembered."""
    with monkeypatch.context() as plain:
        plain.setattr(yaml_text, "LONG", 10**9)
        plain.setattr(Memory, "recall", lambda _memory, _sources, work: work())
        for module in (book, rule_text):
            plain.setattr(module, "_opened", vars(module)["_opened"].__wrapped__)
        compiled = compiling._compiled.__wrapped__(tuple(sorted(files.items())))
        return compiled.problems, compiled.book


def _draw(files: Files, dice: random.Random) -> Files:
    """Make an edit of the canvas or the inspector; one that is refused changes nothing."""
    path = dice.choice([path for path in files if path.startswith("flows/grid")])
    text = files[path]
    try:
        keys = list(edits.steps_in(text))
        key, other = dice.choice(keys), dice.choice(keys)
        port, body = dice.choice(("next", "otherwise", "choices.0")), dice.choice(BODIES)
        new = f"new{dice.randrange(99)}"
        drawn = {
            "move": lambda: edits.move_steps(text, {key: (5, 7)}),
            "delete": lambda: edits.delete_steps(text, [key]),
            "start": lambda: edits.set_start(text, key),
            "link": lambda: edits.link(text, key, port, dice.choice((other, ""))),
            "set": lambda: edits.set_step(text, key, body),
            "title": lambda: edits.set_step(text, key, {"end": True, "title": {"en": new}}),
            "add": lambda: edits.add_steps(text, {new: body}, {new: (1, 2)}),
        }
        return {**files, path: dice.choice(list(drawn.values()))()}
    except (EditRefused, ValueError, IndexError):
        return files


def _exchange(files: Files, dice: random.Random) -> Files:
    """Exchange words in a file that flows and rules look at."""
    path = dice.choice([path for path in EXCHANGED if path in files])
    old, new = dice.sample(EXCHANGED[path], 2)
    return {**files, path: files[path].replace(old, new, 1)}


def _damage(files: Files, dice: random.Random) -> Files:
    """Write or delete a few letters anywhere in any file."""
    path = dice.choice([*files, *(path for path in files if path.startswith("flows/"))])
    text = files[path]
    at = dice.randrange(len(text) + 1)
    end = at if dice.random() < 0.7 else at + dice.randrange(8)
    return {**files, path: text[:at] + dice.choice(DAMAGE) + text[end:]}


def _come_or_go(files: Files, dice: random.Random) -> Files:
    """Delete a file that others name, or bring it back."""
    path = dice.choice(list(COMING))
    gone = {other: text for other, text in files.items() if other != path}
    return gone if path in files else {**files, path: COMING[path]}


CHANGES = (_draw, _draw, _draw, _exchange, _exchange, _come_or_go, _damage)
