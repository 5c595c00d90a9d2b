"""Small typebots in the shapes of every published version, each walked or checked after import."""

import copy
import json
import random
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from flows.importing.imported import MOST_BYTES, Imported, NotReadable
from flows.importing.typebot import from_typebot
from flows.problems import blocking
from runtime.compiling import compile_files
from runtime.engine.advance import hear, start
from runtime.engine.effects import Say
from runtime.engine.session import Session
from runtime.engine.turn import Turn

WORKSPACE = {
    "workspace.yaml": "workspace: w\nlanguages: [zh-CN, en]\nstart: main\nfallback: lost\n"
    "human: {intent: ask_human, queue: service, script: lost, closed: lost}\n",
    "flows/main.yaml": "flow: main\nstart: a\nsteps: {a: {end: true}}\n",
    "scripts/lost.yaml": "script: lost\nvariants: {a: {text: Sorry}}\n",
}
MAY_BE_UNKNOWN = {"unknown_intent", "unknown_coupon"}


def says(text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "text",
        "content": {"richText": [{"type": "p", "children": [{"text": text}]}]},
        **more,
    }


def asks(kind: str, variable: str = "", **more: Any) -> dict[str, Any]:
    return {"type": kind, "options": {"variableId": variable, **more.pop("options", {})}, **more}


def offers(*items: Any, **more: Any) -> dict[str, Any]:
    raws = [
        {"content": i} if isinstance(i, str) else {"content": i[0], "outgoingEdgeId": i[1]}
        for i in items
    ]
    return {"type": "choice input", "items": raws, **more}


def compares(
    variable: str, sign: str, value: str = "", edge: str = "", **more: Any
) -> dict[str, Any]:
    comparison = {"variableId": variable, "comparisonOperator": sign, "value": value}
    content = {"logicalOperator": "AND", "comparisons": [comparison]}
    return {"type": "Condition", "items": [{"content": content, "outgoingEdgeId": edge}], **more}


def sets(variable: str, expression: str, **more: Any) -> dict[str, Any]:
    options = {"variableId": variable, "expressionToEvaluate": expression}
    return {"type": "Set variable", "options": options, **more}


def bot(
    groups: Mapping[str, list[dict[str, Any]]], edges: Mapping[str, str], **more: Any
) -> dict[str, Any]:
    """A typebot of version 6: edges lead to a group, or to a block of it by `group#number`."""
    raws = [
        {
            "id": name,
            "title": name,
            "graphCoordinates": {"x": 400 * number, "y": 50},
            "blocks": [
                {"id": f"{name}#{i}", **copy.deepcopy(block)} for i, block in enumerate(blocks)
            ],
        }
        for number, (name, blocks) in enumerate(groups.items())
    ]
    links = [
        {
            "id": name,
            "from": {},
            "to": {"groupId": to.partition("#")[0], **({"blockId": to} if "#" in to else {})},
        }
        for name, to in edges.items()
    ]
    events = [{"id": "e", "type": "start", "outgoingEdgeId": "start"}]
    variables = [{"id": name, "name": name} for name in ("Name", "Score", "Email", "城市", "empty")]
    return {
        "version": "6.1",
        "id": "t",
        "name": "My bot",
        "events": events,
        "groups": raws,
        "edges": links,
        "variables": variables,
        **more,
    }


def run(raw: Any) -> Imported:
    return from_typebot(json.dumps(raw).encode())


def problems(imported: Imported) -> list[Any]:
    found = compile_files({**WORKSPACE, **imported.files}).problems
    return [problem for problem in blocking(found) if problem.code not in MAY_BE_UNKNOWN]


def walk(imported: Imported, *answers: str) -> list[str]:
    """What the imported bot says, answer by answer."""
    book = compile_files({**WORKSPACE, **imported.files}).book
    flow = next(path for path in imported.files if path.startswith("flows/"))[6:-5]
    session, effects = start(book, Session("v", lang="en"), Turn(0), flow)
    said = [effect.text for effect in effects if isinstance(effect, Say)]
    for answer in answers:
        moved = hear(book, session, Turn(0, text=answer))
        assert moved, (answer, said)
        session, effects = moved
        said += [effect.text for effect in effects if isinstance(effect, Say)]
    return said


def codes(imported: Imported) -> set[tuple[str, str]]:
    return {(item.what, item.code) for item in imported.left_out}


QUIZ = bot(
    {
        "Welcome": [
            says("Hi there!"),
            says("What's your name?"),
            asks("text input", "Name", outgoingEdgeId="one"),
        ],
        "Question": [
            sets("Score", "0"),
            says("{{Name}}, what is 1 + 1?"),
            offers(("2", "right"), "3", outgoingEdgeId="wrong"),
        ],
        "Right": [sets("Score", "{{Score}} + 10", outgoingEdgeId="result")],
        "Wrong": [says("WRONG!", outgoingEdgeId="result")],
        "Result": [compares("Score", "Greater than", "9", "great"), says("Next time!")],
        "Great": [says("Well done, {{Name}}: {{Score}}")],
    },
    {
        "start": "Welcome",
        "one": "Question",
        "right": "Right",
        "wrong": "Wrong",
        "result": "Result",
        "great": "Great",
    },
)


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


INPUTS = [
    ("number input", {"min": 1, "max": "5"}, "9", "4"),
    ("email input", {"retryMessageContent": "That is no address"}, "nobody", "ann@example.com"),
    ("url input", {}, "nowhere", "https://example.com/a"),
    ("phone number input", {}, "none", "+49 170 1234567"),
    ("rating input", {"length": 5}, "6", "5"),
]


@pytest.mark.parametrize(("kind", "options", "wrong", "right"), INPUTS)
def test_an_input_takes_only_what_fits(
    kind: str, options: dict[str, Any], wrong: str, right: str
) -> None:
    blocks = [says("Please tell me"), asks(kind, "Email", options=options), says("Got {{Email}}")]
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported, right)[-1].startswith("Got ")
    with pytest.raises(AssertionError):
        walk(imported, wrong)


def test_an_input_without_a_bubble_asks_in_its_own_or_in_neutral_words() -> None:
    blocks = [
        asks("text input", options={"labels": {"placeholder": "Your town?"}}),
        asks("date input"),
        offers("Go"),
    ]
    assert walk(
        run(bot({"A": [says("Hi", outgoingEdgeId="b")], "B": blocks}, {"start": "A", "b": "B"})),
        "x",
        "y",
    )[1:] == [
        "Your town?",
        "Please answer:",
        "Please choose:",
    ]
    chinese = run(
        bot(
            {"A": [says("您好，欢迎光临"), says("再见")], "B": [asks("text input")]}, {"start": "B"}
        )
    )
    assert walk(chinese) == ["请回答："]


def test_a_choice_with_a_variable_keeps_what_was_chosen() -> None:
    raw = bot(
        {
            "A": [
                says("Where?"),
                offers("North", "South", options={"variableId": "城市"}),
                says("Off to {{城市}}"),
            ]
        },
        {"start": "A"},
    )
    imported = run(raw)
    assert problems(imported) == []
    assert walk(imported, "South") == ["Where?", "Off to South"]
    raw["groups"][0]["blocks"][1]["options"]["isMultipleChoice"] = True
    assert ("choice input", "approximated") in codes(run(raw))


def test_buttons_made_while_talking_become_a_free_answer() -> None:
    imported = run(
        bot(
            {
                "A": [
                    says("Which?"),
                    offers("{{Name}}", options={"variableId": "Email"}),
                    says("{{Email}}"),
                ]
            },
            {"start": "A"},
        )
    )
    assert problems(imported) == []
    assert walk(imported, "that one") == ["Which?", "that one"]


CONDITIONS = [
    ("Equal to", "Ann", True),
    ("Equal to", "ann", False),
    ("Not equal", "Bob", True),
    ("Contains", "nn", True),
    ("Does not contain", "nn", False),
    ("Is set", "", True),
    ("Is empty", "", False),
    ("Starts with", "an", True),
    ("Ends with", "x", False),
    ("Greater than", "3", False),
    ("Equal to", "{{Name}}", True),
    ("Contains", "a \"b\" 'c'", False),
]


@pytest.mark.parametrize(("sign", "value", "holds"), CONDITIONS)
def test_a_condition_decides_as_it_did(sign: str, value: str, holds: bool) -> None:
    groups = {
        "A": [
            says("Name?"),
            asks("text input", "Name"),
            compares("Name", sign, value, "yes"),
            says("no"),
        ],
        "B": [says("yes")],
    }
    imported = run(bot(groups, {"start": "A", "yes": "B"}))
    assert problems(imported) == []
    assert walk(imported, "Ann")[-1] == ("yes" if holds else "no")


def test_a_number_that_was_asked_for_is_compared_without_a_helper() -> None:
    groups = {
        "A": [
            asks("number input", "Score"),
            compares("Score", "Less than", "3", "yes"),
            says("no"),
        ],
        "B": [says("yes")],
    }
    imported = run(bot(groups, {"start": "A", "yes": "B"}))
    assert "op: lt" in imported.files["flows/my_bot.yaml"]
    assert "assign" not in imported.files["flows/my_bot.yaml"]
    assert [walk(imported, n)[-1] for n in ("2", "3")] == ["yes", "no"]


def test_a_comparison_that_we_cannot_make_never_holds_and_is_named() -> None:
    groups = {"A": [compares("Name", "Matches regex", "^A", "yes"), says("no")], "B": [says("yes")]}
    imported = run(bot(groups, {"start": "A", "yes": "B"}))
    assert problems(imported) == []
    assert walk(imported) == ["no"]
    assert ("Condition", "approximated") in codes(imported)


EXPRESSIONS = [
    ("12", "12"),
    ("'quoted'", "quoted"),
    ("Dear {{Name}}", "Dear Ann"),
    ("{{Name}}", "Ann"),
    ("{{Score}} * 2 / 4", "3.5"),
    ("plain {% words %}", "plain {% words %}"),
]


@pytest.mark.parametrize(("expression", "value"), EXPRESSIONS)
def test_a_variable_is_set_to_what_it_was(expression: str, value: str) -> None:
    blocks = [
        asks("number input", "Score"),
        asks("text input", "Name"),
        sets("Email", expression),
        says("{{Email}}"),
    ]
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported, "7", "Ann")[-1] == value


@pytest.mark.parametrize(
    "expression", ["return {{Score}}", "{{Score}} + 2 * 3", "new Date()", "{{a}}.length", "`${x}`"]
)
def test_code_is_left_out_and_the_walk_goes_on(expression: str) -> None:
    imported = run(bot({"A": [sets("Score", expression), says("on")]}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported) == ["on"]
    assert imported.left_out[0].code == "needs_code"
    assert (imported.carried, imported.total) == (1, 2)


def test_what_needs_another_system_is_left_out_and_named() -> None:
    kinds = ["Webhook", "OpenAI", "Email", "Google Analytics", "Code", "payment input", "hologram"]
    imported = run(
        bot({"A": [*({"type": kind} for kind in kinds), says("still here")]}, {"start": "A"})
    )
    assert problems(imported) == []
    assert walk(imported) == ["still here"]
    assert [(item.what, item.code) for item in imported.left_out] == [
        ("Webhook", "needs_connector"),
        ("OpenAI", "needs_connector"),
        ("Email", "needs_connector"),
        ("Google Analytics", "no_equivalent"),
        ("Code", "needs_code"),
        ("payment input", "needs_connector"),
        ("hologram", "unknown_kind"),
    ]
    assert (imported.carried, imported.total) == (1, 8)


def test_jumps_links_waits_and_splits_lead_on() -> None:
    groups = {
        "A": [
            says("a"),
            {"type": "Wait"},
            {"type": "AB test", "items": [{"outgoingEdgeId": "b"}, {"outgoingEdgeId": "c"}]},
        ],
        "B": [says("b"), {"type": "Jump", "options": {"groupId": "C", "blockId": "C#1"}}],
        "C": [
            says("not here"),
            says("c"),
            {"type": "Typebot link", "options": {"typebotId": "current", "groupId": "D"}},
        ],
        "D": [
            {"type": "Redirect", "options": {"url": "https://x.example/{{Name}}"}},
            {"type": "Chatwoot"},
        ],
    }
    imported = run(bot(groups, {"start": "A", "b": "B", "c": "C"}))
    assert problems(imported) == []
    assert walk(imported) == ["a", "b", "c", "https://x.example/"]
    assert "handover:" in imported.files["flows/my_bot.yaml"]
    assert imported.carried == imported.total == 10


def test_a_linked_typebot_of_the_same_export_is_called() -> None:
    link = {"type": "Typebot link", "options": {"typebotId": "other"}}
    gone = {"type": "Typebot link", "options": {"typebotId": "elsewhere"}}
    first = bot({"A": [says("one"), link, gone, says("three")]}, {"start": "A"})
    second = bot({"B": [says("two")]}, {"start": "B"}, id="other", name="Other")
    imported = run([first, second])
    assert problems(imported) == []
    assert walk(imported) == ["one", "two", "three"]
    assert ("Typebot link: elsewhere", "not_found") in codes(imported)


def test_media_are_said_by_their_address_and_scripts_are_no_address() -> None:
    blocks = [
        {"type": "image", "content": {"url": "https://x.example/a.png"}},
        {"type": "video", "content": {"type": "youtube", "id": "abc"}},
        {"type": "embed", "content": {"url": "javascript:alert(1)"}},
    ]
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert walk(imported) == ["https://x.example/a.png", "https://www.youtube.com/watch?v=abc"]
    assert (imported.carried, imported.total) == (2, 3)


def test_a_variable_nobody_fills_is_empty_and_a_reserved_word_is_a_slot_too() -> None:
    imported = run(
        bot({"A": [says("Hi {{Name}}{{ empty }}!"), says("{{nobody knows}}.")]}, {"start": "A"})
    )
    assert problems(imported) == []
    assert walk(imported) == ["Hi !", "."]


def test_a_variable_drawn_into_rich_text_is_a_placeholder() -> None:
    drawn = {"type": "inline-variable", "variableId": "Name", "children": [{"text": ""}]}
    typed = {
        "type": "inline-variable",
        "children": [{"type": "p", "children": [{"text": "{{Name}}"}]}],
    }
    line = {"type": "p", "children": [{"text": "Hi "}, drawn, {"text": ", "}, typed, {"text": "!"}]}
    blocks = [asks("text input", "Name"), {"type": "text", "content": {"richText": [line]}}]
    assert walk(run(bot({"A": blocks}, {"start": "A"})), "Ann")[-1] == "Hi Ann, Ann!"


def test_a_loop_without_a_word_of_the_visitor_is_cut() -> None:
    jump = {"type": "Jump", "options": {"groupId": "A"}}
    imported = run(bot({"A": [says("round"), says("and round"), jump]}, {"start": "A"}))
    assert problems(imported) == []
    assert ("a_say_2", "loop_cut") in codes(imported)


def test_a_group_that_nothing_leads_to_comes_along_and_is_named() -> None:
    imported = run(bot({"A": [says("a")], "B": [says("b")]}, {"start": "A"}))
    assert problems(imported) == []
    assert ("text", "not_reachable") in codes(imported)
    assert imported.carried == imported.total == 2


def test_a_text_of_100_kilobytes_is_cut_and_named() -> None:
    imported = run(bot({"A": [says("long " * 20_000), asks("text input")]}, {"start": "A"}))
    assert problems(imported) == []
    assert [item.code for item in imported.left_out] == ["too_long"]
    assert max(len(text) for text in imported.files.values()) < 25_000


def test_five_thousand_blocks_are_read() -> None:
    blocks = [
        says("hi"),
        *({"type": "Wait"} for _ in range(4_000)),
        *(compares("Name", "Is set") for _ in range(999)),
    ]
    imported = run(bot({"A": blocks}, {"start": "A"}))
    assert problems(imported) == []
    assert imported.carried == imported.total == 5_000


UNREADABLE = [
    (b"", "not_json"),
    (b"\xff\xfe", "not_utf8"),
    (b"[" * 50_000, "too_deep"),
    (b" " * (MOST_BYTES + 1), "too_big"),
    (b"null", "not_a_typebot"),
    (b'{"groups": [{"blocks": {}}]}', "not_a_typebot"),
    (json.dumps({"groups": [{"blocks": [{}] * 20_001}]}).encode(), "too_many_blocks"),
]


@pytest.mark.parametrize(("content", "code"), UNREADABLE)
def test_what_is_no_typebot_is_refused_with_a_code(content: bytes, code: str) -> None:
    with pytest.raises(NotReadable) as refused:
        from_typebot(content)
    assert refused.value.code == code


STRANGE = [
    "{{x}}",
    "{% if",
    "<script>",
    "",
    None,
    -1.5,
    1e308,
    True,
    [],
    {},
    "\ud800",
    "\0",
    "current",
    "{{",
    "yes",
    "- a: b",
]
STRANGE += [
    "text",
    "Condition",
    "choice input",
    "Set variable",
    "Jump",
    "AB test",
    "{{Name}} + {{Name}} * 3",
    "x" * 30_000,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, part in inner:
        yield from places(part, (*path, name))


def broken(raw: Any, rng: random.Random) -> Any:
    raw = copy.deepcopy(raw)
    for _ in range(rng.randint(1, 20)):
        path = rng.choice(list(places(raw)) or [()])
        holder = raw
        for name in path[:-1]:
            holder = holder[name]
        if path and rng.random() < 0.2:
            del holder[path[-1]]
        elif path:
            holder[path[-1]] = copy.deepcopy(rng.choice([*STRANGE, holder]))
    return raw


@pytest.mark.parametrize("seed", range(40))
def test_no_broken_export_breaks_the_import(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(3):
        try:
            imported = run(broken(QUIZ, rng))
        except NotReadable:
            continue
        assert problems(imported) == []
        assert 0 <= imported.carried <= imported.total
