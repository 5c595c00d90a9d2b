"""Small Rasa projects of every version, each checked and talked to after import."""

import copy
import json
import random
from typing import Any

import pytest

from flows.importing.imported import Imported, NotReadable
from flows.importing.rasa import from_rasa
from flows.problems import blocking
from flows.yaml_text import read
from runtime.compiling import compile_files
from runtime.engine.advance import hear, lose, start
from runtime.engine.effects import HandOver, Say
from runtime.engine.session import Session
from runtime.engine.turn import Turn

WORKSPACE = {
    "workspace.yaml": "workspace: w\nlanguages: [zh-CN, en]\nstart: main\nfallback: lost\n"
    "human: {intent: ask_human, queue: service, script: lost, closed: lost}\n",
    "flows/main.yaml": "flow: main\nstart: a\nsteps: {a: {end: true}}\n",
    "scripts/lost.yaml": "script: lost\nvariants: {a: {text: Sorry}}\n",
}
MAY_BE_UNKNOWN = {"unknown_intent", "unknown_coupon"}

DOMAIN = """\
version: "3.1"
intents: [greet, good, bad, yes, no, bye, order, stop, chat]
slots:
  size: {type: categorical, values: [small, large], mappings: [{type: from_text}]}
  number: {type: int, min_value: 1, max_value: 9, mappings: [{type: from_entity, entity: number}]}
  outside:
    type: bool
    mappings: [{type: from_intent, intent: yes, value: true}, {type: from_intent, intent: no, value: false}]
  member: {type: bool, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: "Hello {member} {nothing}!", buttons: [{title: Good, payload: /good}, {title: Bad, payload: /bad}]}]
  utter_cheer: [{text: "Look at this:", image: "https://x.example/cat.png"}]
  utter_helped: [{text: "Did that help?"}]
  utter_happy: [{text: Great}, {text: Wonderful}]
  utter_bye: [{text: Bye}]
  utter_default: [{text: Pardon}]
  utter_ask_size: [{text: "Which size?"}]
  utter_ask_order_form_number: [{text: "How many?"}]
  utter_ask_outside: [{text: "Outside?"}]
  utter_done: [{text: "{number} of {size}, outside: {outside}"}]
  utter_continue: [{text: "Go on?"}]
  utter_chat: [{text: "Nice weather"}]
forms:
  order_form: {required_slots: [size, number, outside]}
"""
STORIES = """\
version: "3.1"
stories:
- story: happy
  steps: [{intent: greet}, {action: utter_greet}, {intent: good}, {action: utter_happy}]
- story: sad and helped
  steps: [{intent: greet}, {action: utter_greet}, {intent: bad}, {action: utter_cheer}, {action: utter_helped}, {intent: yes}, {action: utter_happy}]
- story: sad and not helped
  steps: [{intent: greet}, {action: utter_greet}, {intent: bad}, {action: utter_cheer}, {action: utter_helped}, {intent: no}, {action: utter_bye}]
"""
RULES = """\
version: "3.1"
rules:
- rule: bye
  steps: [{intent: bye}, {action: utter_bye}]
"""
FORM = """\
version: "3.1"
stories:
- story: stop and go on
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: stop
  - action: utter_continue
  - intent: yes
  - action: order_form
  - active_loop: null
  - action: utter_done
- story: stop
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: stop
  - action: utter_continue
  - intent: no
  - action: action_deactivate_loop
  - active_loop: null
rules:
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: chat
  condition: [{active_loop: order_form}]
  steps: [{intent: chat}, {action: utter_chat}, {action: order_form}, {active_loop: order_form}]
- rule: submit
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: utter_done}]
"""


def project(**files: str) -> dict[str, bytes]:
    return {f"shop-bot/{name}.yml": text.encode() for name, text in files.items()}


def told(*stories: str, domain: str = DOMAIN) -> Imported:
    """Import stories and rules that are written as `story: steps` or `rule: steps` in flow style."""
    parts: dict[str, list[str]] = {"stories": [], "rules": []}
    for number, story in enumerate(stories):
        kind, _, steps = story.partition(": ")
        name = f"- {kind}: n{number}\n  steps: {steps}\n"
        parts["rules" if kind == "rule" else "stories"].append(name)
    text = "".join(f"{kind}:\n{''.join(items)}" for kind, items in parts.items() if items)
    return from_rasa(project(domain=domain, talk=text))


def problems(imported: Imported) -> list[Any]:
    found = compile_files({**WORKSPACE, **imported.files}).problems
    return [problem for problem in blocking(found) if problem.code not in MAY_BE_UNKNOWN]


def talk(imported: Imported, *answers: str, slots: dict[str, Any] | None = None) -> list[str]:
    """What the bot says: `/intent` is an understood message, anything else is only text."""
    book = compile_files({**WORKSPACE, **imported.files}).book
    flow = next(path for path in imported.files if path.startswith("flows/"))[6:-5]
    session, effects = start(book, Session("v", lang="en", slots=slots or {}), Turn(0), flow)
    said: list[str] = []
    for answer in answers:
        intent = answer.removeprefix("/") if answer.startswith("/") else ""
        turn = Turn(0, text=answer, intent=intent, facts={"message.intent": intent})
        session, effects = hear(book, session, turn) or lose(book, session, turn)
        said += [effect.text for effect in effects if isinstance(effect, Say)]
        said += ["(person)" for effect in effects if isinstance(effect, HandOver)]
    return said


def codes(imported: Imported) -> set[tuple[str, str]]:
    return {(item.what, item.code) for item in imported.left_out}


def test_stories_become_one_tree_in_which_common_beginnings_stand_once() -> None:
    imported = from_rasa(project(domain=DOMAIN, stories=STORIES, rules=RULES))
    assert problems(imported) == []
    assert (imported.carried, imported.total) == (20, 20)
    assert imported.files["flows/shop_bot.yaml"].count("ask: greet") == 1
    assert talk(imported, "/greet", "/bad", "/yes")[1:3] == [
        "Look at this:\nhttps://x.example/cat.png",
        "Did that help?",
    ]
    assert talk(imported, "/greet", "/bad", "/no")[-1] == "Bye"


def test_a_button_leads_where_its_intent_leads() -> None:
    imported = from_rasa(project(domain=DOMAIN, stories=STORIES))
    assert talk(imported, "/greet", "Bad")[-1] == "Did that help?"


def test_an_intent_nobody_waited_for_leads_to_its_own_rule() -> None:
    imported = from_rasa(project(domain=DOMAIN, stories=STORIES, rules=RULES))
    assert talk(imported, "/greet", "/bye")[-1] == "Bye"
    assert talk(imported, "/greet", "gibberish")[-2:] == ["Pardon", "How can I help you?"]


def test_each_wording_of_a_response_is_a_variant_and_slots_are_placeholders() -> None:
    imported = from_rasa(project(domain=DOMAIN, stories=STORIES))
    assert "text: Wonderful" in imported.files["scripts/happy.yaml"]
    assert "Hello {{ slot.member }} {nothing}!" in imported.files["scripts/greet.yaml"]


def test_files_that_are_there_already_are_never_overwritten() -> None:
    taken = ("flows/shop_bot.yaml", "scripts/greet.yaml", "nlu/nlu.yml")
    files = project(
        domain=DOMAIN, stories=STORIES, nlu="nlu:\n- intent: greet\n  examples: |\n    - hi\n"
    )
    imported = from_rasa(files, taken)
    assert not set(taken) & set(imported.files)
    assert {"flows/shop_bot_2.yaml", "scripts/greet_2.yaml", "nlu/nlu_2.yml"} <= set(imported.files)


def test_training_examples_are_kept_byte_for_byte_and_old_ones_are_named() -> None:
    text = '# ours\nversion: "3.1"\nnlu:\n- intent: greet   # hello\n  examples: |\n    - hi [there](place)\n'
    files = project(domain=DOMAIN, stories=STORIES) | {
        "shop-bot/data/nlu.yml": text.encode(),
        "shop-bot/data/more.yml": b"nlu:\n- intent: greet\n  examples: [hi]\n",
        "shop-bot/data/nlu.md": b"## intent:greet\n- hi\n",
        "shop-bot/tests/test_stories.yml": b"stories: [{story: test, steps: [{intent: bad}]}]\n",
    }
    imported = from_rasa(files)
    assert problems(imported) == []
    assert imported.files["nlu/nlu.yml"] == text
    assert {("nlu.md", "old_format"), ("more.yml", "old_format")} <= codes(imported)
    assert imported.carried == 18


def test_a_form_asks_for_its_slots_one_after_the_other() -> None:
    imported = from_rasa(project(domain=DOMAIN, talk=FORM))
    assert problems(imported) == []
    assert talk(imported, "/order", "large", "3", "/yes") == [
        "Which size?",
        "How many?",
        "Outside?",
        "3 of large, outside: true",
    ]
    assert talk(imported, "/order", "huge")[-1] == "Which size?"
    assert ("number: from_entity", "approximated") in codes(imported)
    assert imported.carried == imported.total == 20


def test_a_form_that_is_interrupted_goes_on_where_it_was() -> None:
    imported = from_rasa(project(domain=DOMAIN, talk=FORM))
    assert talk(imported, "/order", "large", "/chat")[-2:] == ["Nice weather", "How many?"]
    assert talk(imported, "/order", "large", "/stop", "/yes")[-2:] == ["Go on?", "How many?"]
    assert talk(imported, "/order", "large", "/stop", "/no") == [
        "Which size?",
        "How many?",
        "Go on?",
    ]


def test_forms_of_older_versions_are_read() -> None:
    mapped = DOMAIN.replace(
        "{required_slots: [size, number, outside]}",
        "{size: [{type: from_text}], number: [{type: from_text}]}",
    )
    listed = DOMAIN.replace(
        "forms:\n  order_form: {required_slots: [size, number, outside]}", "forms: [order_form]"
    )
    listed = listed.replace("utter_ask_order_form_number", "utter_ask_number").replace(
        "responses:", "templates:"
    )
    for domain, asked in ((mapped, 2), (listed, 3)):
        imported = told(
            "story: [{intent: order}, {action: order_form}, {active_loop: null}, {action: utter_bye}]",
            domain=domain,
        )
        assert problems(imported) == []
        assert imported.files["flows/shop_bot.yaml"].count("ask: ask_") == asked


def test_a_domain_may_be_split_over_files() -> None:
    slots, responses = DOMAIN.split("responses:\n")
    files = project(stories=STORIES) | {
        "shop-bot/domain/slots.yml": slots.encode(),
        "shop-bot/domain/words.yml": b"responses:\n" + responses.encode(),
    }
    imported = from_rasa(files)
    assert problems(imported) == []
    assert imported.carried == imported.total == 18


def test_custom_actions_are_left_out_and_the_story_goes_on() -> None:
    imported = told(
        "story: [{intent: order}, {action: action_search}, {intent: yes}, {action: utter_happy}]"
    )
    assert problems(imported) == []
    assert talk(imported, "/order") == ["Please go on:"]
    assert talk(imported, "/order", "/yes")[-1] in ("Great", "Wonderful")
    assert codes(imported) == {("action_search", "needs_connector")}
    assert (imported.carried, imported.total) == (3, 4)


def test_a_person_is_called_by_what_the_action_is_named() -> None:
    imported = told("rule: [{intent: order}, {action: action_human_handoff}]")
    assert problems(imported) == []
    assert talk(imported, "/order") == ["(person)"]


def test_or_lets_each_intent_lead_on() -> None:
    imported = told(
        "story: [{or: [{intent: yes}, {intent: good}]}, {action: utter_happy}, {intent: bye}, {action: utter_bye}]"
    )
    assert problems(imported) == []
    assert talk(imported, "/yes", "/bye")[-1] == talk(imported, "/good", "/bye")[-1] == "Bye"


def test_checkpoints_join_stories_even_in_a_circle() -> None:
    imported = told(
        "story: [{intent: greet}, {action: utter_helped}, {checkpoint: asked}]",
        "story: [{checkpoint: asked}, {intent: no}, {action: utter_cheer}, {action: utter_helped}, {checkpoint: asked}]",
        "story: [{checkpoint: asked}, {intent: yes}, {action: utter_bye}]",
    )
    assert problems(imported) == []
    assert talk(imported, "/greet", "/no", "/no", "/yes")[-1] == "Bye"
    assert imported.carried == imported.total == 7


def test_a_slot_that_tells_stories_apart_becomes_a_branch() -> None:
    imported = told(
        "story: [{intent: greet}, {slot_was_set: [{member: true}]}, {action: utter_happy}]",
        "story: [{intent: greet}, {slot_was_set: [{member: null}]}, {action: utter_bye}]",
    )
    assert problems(imported) == []
    assert talk(imported, "/greet", slots={"member": True})[-1] in ("Great", "Wonderful")
    assert talk(imported, "/greet")[-1] == "Bye"
    assert not [item for item in imported.left_out if item.place.endswith('"n0"')]


def test_a_slot_that_tells_nothing_apart_is_named() -> None:
    imported = told("story: [{intent: greet}, {slot_was_set: [member]}, {action: utter_bye}]")
    assert talk(imported, "/greet") == ["Bye"]
    assert ("member", "approximated") in codes(imported)


def test_a_rule_that_begins_with_the_bot_goes_on_from_there() -> None:
    imported = told(
        "rule: [{intent: bad}, {action: utter_cheer}, {action: utter_helped}]",
        "rule: [{action: utter_helped}, {intent: yes}, {action: utter_happy}]",
        "rule: [{action: utter_helped}, {intent: no}, {action: utter_bye}]",
    )
    assert problems(imported) == []
    assert talk(imported, "/bad", "/no")[-1] == "Bye"
    assert imported.carried == imported.total == 9


def test_the_first_of_two_stories_that_contradict_each_other_counts() -> None:
    imported = told(
        "story: [{intent: bye}, {action: utter_happy}]",
        "rule: [{intent: bye}, {action: utter_bye}]",
    )
    assert problems(imported) == []
    assert talk(imported, "/bye") == ["Bye"]
    assert codes(imported) == {("utter_happy", "not_reached")}


def test_a_rule_for_what_was_not_understood_answers_it() -> None:
    imported = told(
        "rule: [{intent: nlu_fallback}, {action: utter_cheer}]",
        "rule: [{intent: bye}, {action: utter_bye}]",
    )
    assert problems(imported) == []
    assert "nlu_fallback" not in imported.files["flows/shop_bot.yaml"]
    assert talk(imported, "gibberish")[0].startswith("Look at this")


def test_what_is_said_when_a_talk_begins_is_said_first() -> None:
    imported = told(
        "rule: [{action: action_session_start}, {action: utter_happy}]",
        "rule: [{intent: bye}, {action: utter_bye}]",
    )
    assert problems(imported) == []
    assert "start: happy\n" in imported.files["flows/shop_bot.yaml"]
    assert talk(imported, "/bye") == ["Bye"]


def test_a_response_selector_becomes_a_branch_on_the_kind_of_question() -> None:
    domain = DOMAIN.replace(
        "forms:", "  utter_faq/price: [{text: Cheap}]\n  utter_faq/place: [{text: Here}]\nforms:"
    )
    imported = told("rule: [{intent: faq}, {action: utter_faq}]", domain=domain)
    assert problems(imported) == []
    assert talk(imported, "/faq/place") == ["Here"]


def test_a_chinese_project_gets_chinese_neutral_words() -> None:
    imported = told(
        "rule: [{intent: bye}, {action: utter_bye}]",
        domain="responses:\n  utter_bye: [{text: 再见}]\n",
    )
    assert any("请问有什么可以帮您？" in text for text in imported.files.values())


def test_texts_that_look_like_placeholders_stay_texts() -> None:
    domain = "responses:\n  utter_bye: [{text: 'a {{x}} {% if %} {'}]\n"
    imported = told("rule: [{intent: bye}, {action: utter_bye}]", domain=domain)
    assert problems(imported) == []
    assert talk(imported, "/bye") == ["a {{x}} {% if %} {"]


def test_a_long_story_and_many_stories_are_read() -> None:
    long = "story: [{intent: bye}" + ", {action: action_x}, {intent: yes}" * 1_500 + "]"
    wide = [f"story: [{{intent: i{i}}}, {{action: utter_bye}}]" for i in range(500)]
    imported = told(long, *wide)
    assert problems(imported) == []
    assert (imported.carried, imported.total) == (2_501, 4_001)


UNREADABLE = [
    ({}, "not_a_rasa_project"),
    ({"config.yml": b"language: en\n"}, "not_a_rasa_project"),
    ({"domain.yml": b"\xff"}, "not_a_rasa_project"),
    ({"domain.yml": b"[" * 9_999}, "not_a_rasa_project"),
    ({"domain.yml": DOMAIN.encode()}, "no_stories"),
    (
        {"a.yml": b"stories: [1, {story: [], steps: [[], {or: 4}, {slot_was_set: 3}]}]"},
        "no_stories",
    ),
    ({f"{i}.yml": b" " * 1_000_000 for i in range(9)}, "too_big"),
    ({f"{i}.yml": b"" for i in range(2_001)}, "too_big"),
]


@pytest.mark.parametrize(("files", "code"), UNREADABLE)
def test_what_is_no_rasa_project_is_refused_with_a_code(files: dict[str, bytes], code: str) -> None:
    with pytest.raises(NotReadable) as refused:
        from_rasa(files)
    assert refused.value.code == code


STRANGE = [
    "{x}",
    "{% if",
    "",
    None,
    -1.5,
    True,
    [],
    {},
    "\0",
    "order_form",
    "utter_greet",
    "x" * 30_000,
    "{{",
    "yes",
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [
        *([path] if path else []),
        *(p for name, part in inner for p in places(part, (*path, name))),
    ]


def broken(raw: Any, rng: random.Random) -> Any:
    raw = copy.deepcopy(raw)
    for _ in range(rng.randint(1, 20)):
        path = rng.choice(places(raw) or [()])
        holder = raw
        for name in path[:-1]:
            holder = holder[name]
        if path and rng.random() < 0.2:
            del holder[path[-1]]
        elif path:
            holder[path[-1]] = copy.deepcopy(rng.choice([*STRANGE, holder]))
    return raw


@pytest.mark.parametrize("seed", range(40))
def test_no_broken_project_breaks_the_import(seed: int) -> None:
    rng = random.Random(seed)
    whole = {"d.yml": read(DOMAIN).value, "s.yml": read(STORIES).value, "f.yml": read(FORM).value}
    for _ in range(3):
        files = {path: json.dumps(raw).encode() for path, raw in broken(whole, rng).items()}
        try:
            imported = from_rasa(files)
        except NotReadable:
            continue
        assert problems(imported) == []
        assert 0 <= imported.carried <= imported.total
