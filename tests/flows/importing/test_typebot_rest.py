"""What Typebot has and we have not, jumps, loops, and what is very long."""

import pytest

from tests.flows.importing.typebots import asks, bot, codes, compares, problems, run, says, walk


def test_what_needs_another_system_is_left_out_and_named() -> None:
    kinds = ["Webhook", "OpenAI", "Email", "Google Analytics", "Code", "payment input", "hologram"]
    imported = run(
        bot({"A": [*({"type": kind} for kind in kinds), says("still here")]}, {"start": "A"})
    )
    assert problems(imported) == []
    assert walk(imported) == ["still here"]
    assert [(item.what, item.code) for item in imported.left_out] == [
        ("Webhook", "empty"),
        ("OpenAI", "empty"),
        ("Email", "empty"),
        ("Google Analytics", "no_equivalent"),
        ("Code", "needs_code"),
        ("payment input", "needs_connector"),
        ("hologram", "unknown_kind"),
    ]
    assert (imported.carried, imported.total) == (1, 8)


def test_a_request_asks_a_connector_and_fills_what_it_filled() -> None:
    asked = {
        "type": "Webhook",
        "options": {
            "webhook": {
                "url": "https://shop.example/o",
                "body": '{"number": "{{Name}}", "deep": []}',
            },
            "responseVariableMapping": [{"variableId": "城市", "bodyPath": "data.items[0].state"}],
        },
    }
    raw = bot(
        {"A": [says("Your number?"), asks("text input", "Name"), asked, says("It is {{城市}}.")]},
        {"start": "A"},
    )
    imported = run(raw)
    assert problems(imported) == []
    assert "connectors/a_request.yaml" in imported.files
    assert "fill:\n  variable: items.0.state" in imported.files["connectors/a_request.yaml"]
    flow = next(text for path, text in imported.files.items() if path.startswith("flows/"))
    assert "send:\n      number: '{{ slot.name }}'" in flow
    assert [item.code for item in imported.left_out] == ["asks_system"]
    assert (imported.carried, imported.total) == (4, 4)


SERVICES = [
    (
        "openai",
        {
            "messages": [
                {"role": "Dialogue", "dialogueVariableId": "Name"},
                {"content": "Be kind"},
            ],
            "responseMapping": [{"item": "Message content", "variableId": "城市"}],
        },
        ["message_1: '{{ slot.name }}'", "message_2: Be kind"],
        "fill:\n  variable: Message content",
    ),
    (
        "Google Sheets",
        {"action": "Get data", "cellsToExtract": [{"column": "City", "variableId": "城市"}]},
        [],
        "fill:\n  variable: City",
    ),
    (
        "Google Sheets",
        {"action": "Insert a row", "cellsToUpsert": [{"column": "Mail", "value": "{{Email}}"}]},
        ["mail: '{{ slot.email }}'"],
        "connector: google_sheets_request",
    ),
    (
        "Email",
        {"recipients": ["a@b.example", "c@d.example"], "subject": "New lead", "body": "{{Name}}"},
        ["subject: New lead", "body: '{{ slot.name }}'", "to: a@b.example, c@d.example"],
        "connector: email_request",
    ),
]


@pytest.mark.parametrize(("kind", "options", "sent", "connector"), SERVICES)
def test_a_service_becomes_a_connector_whose_address_is_still_to_be_said(
    kind: str, options: dict[str, object], sent: list[str], connector: str
) -> None:
    block = {"type": kind, "options": options}
    imported = run(bot({"A": [block, says("done")]}, {"start": "A"}))
    assert problems(imported) == []
    flow = next(text for path, text in imported.files.items() if path.startswith("flows/"))
    assert all(f"      {line}\n" in flow for line in sent)
    (text,) = (text for path, text in imported.files.items() if path.startswith("connectors/"))
    assert "url: ''" in text
    assert connector in text
    assert [item.code for item in imported.left_out if item.code != "never_filled"] == [
        "asks_system"
    ]
    assert (imported.carried, imported.total) == (2, 2)


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
