"""Typebot exports of every version, each checked and walked through after import."""

import json
from itertools import pairwise

from flows.importing.typebot import from_typebot
from runtime.compiling import compile_files
from tests.flows.importing.typebots import QUIZ, WORKSPACE, asks, bot, problems, run, says, walk


def test_a_quiz_counts_as_it_did() -> None:
    imported = run(QUIZ)
    assert problems(imported) == []
    assert (imported.carried, imported.total, imported.left_out) == (11, 11, ())
    assert walk(imported, "Ann", "2") == [
        "Hi there!",
        "What's your name?",
        "Ann, what is 1 + 1?",
        "Well done, Ann: 10",
    ]
    assert walk(imported, "Ann", "3")[-2:] == ["WRONG!", "Next time!"]


def test_keys_come_from_group_titles_and_never_hit_what_is_there() -> None:
    taken = ("flows/my_bot.yaml", "scripts/my_bot_2_welcome_say.yaml")
    imported = from_typebot(json.dumps(QUIZ).encode(), taken)
    assert "flows/my_bot_2.yaml" in imported.files
    assert not set(taken) & set(imported.files)
    assert "  welcome_say:\n" in imported.files["flows/my_bot_2.yaml"]
    assert "scripts/my_bot_2_welcome_say_2.yaml" in imported.files


def test_a_group_named_in_chinese_is_keyed_by_its_blocks_and_keeps_its_title() -> None:
    imported = run(
        bot({"菜单": [says("您好"), asks("text input", "城市")]}, {"start": "菜单"}, name="客服")
    )
    text = imported.files["flows/typebot.yaml"]
    assert "title: 客服" in text
    assert "title: 菜单" in text
    assert "  ask:\n" in text
    assert "slot: variable" in text


def test_the_columns_of_two_groups_never_overlap() -> None:
    raw = bot({name: [says(str(i)) for i in range(6)] for name in ("A", "B", "C")}, {"start": "A"})
    for group in raw["groups"]:
        group["graphCoordinates"] = {"x": 10, "y": 20}
    book = compile_files({**WORKSPACE, **run(raw).files}).book
    places = sorted(place[1] for key, place in book.flows["my_bot"].layout.items() if key != "end")
    assert all(after - before >= 100 for before, after in pairwise(places))


def test_an_export_of_the_first_version_is_read() -> None:
    steps = [
        {
            "id": "s1",
            "type": "text",
            "content": {"html": "<div>What&#x27;s your <b>name</b>?</div>"},
        },
        {"id": "s2", "type": "text input", "options": {"variableId": "v"}, "outgoingEdgeId": "e2"},
    ]
    raw = {
        "name": "Old",
        "blocks": [
            {
                "id": "b0",
                "title": "Start",
                "steps": [{"id": "s0", "type": "start", "outgoingEdgeId": "e1"}],
            },
            {"id": "b1", "title": "Name", "steps": steps},
            {
                "id": "b2",
                "title": "Bye",
                "steps": [says("Not this"), says("Bye {{Name}}", id="s4")],
            },
        ],
        "edges": [
            {"id": "e1", "to": {"blockId": "b1"}},
            {"id": "e2", "to": {"blockId": "b2", "stepId": "s4"}},
        ],
        "variables": [{"id": "v", "name": "Name"}],
    }
    imported = run(raw)
    assert problems(imported) == []
    assert walk(imported, "Ann") == ["What's your name?", "Bye Ann"]


def test_rich_text_keeps_lines_and_links_and_html_keeps_no_script() -> None:
    link = {"type": "a", "url": "https://docs.example.com", "children": [{"text": "the docs"}]}
    bad = {"type": "a", "url": "javascript:alert(1)", "children": [{"text": "here"}]}
    rich = [
        {"type": "p", "children": [{"text": "See ", "bold": True}, link, {"text": " or "}, bad]}
    ]
    rich.append(
        {
            "type": "ul",
            "children": [
                {"type": "li", "children": [{"type": "lic", "children": [{"text": t}]}]}
                for t in "ab"
            ],
        }
    )
    html = "<p>One<script>alert('x')</script></p><p>Two &amp; <a href='https://x.example'>three</a></p>"
    blocks = [
        {"type": "text", "content": {"richText": rich}},
        {"type": "text", "content": {"html": html}},
    ]
    blocks.append({"type": "text", "content": {"plainText": "Plain {{ '{' }} {% if x %}"}})
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported) == [
        "See the docs https://docs.example.com or here\n- a\n- b",
        "One\nTwo & three https://x.example",
        "Plain {{ '{' }} {% if x %}",
    ]
