"""Small Rasa projects of every version, each checked and talked to after import."""

from flows.importing.rasa import from_rasa
from tests.flows.importing.rasa_projects import (
    DOMAIN,
    FORM,
    RULES,
    STORIES,
    codes,
    problems,
    project,
    talk,
    told,
)


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


def test_custom_actions_ask_the_action_server_and_the_story_goes_on() -> None:
    steps = "[{intent: order}, {action: action_search}, {intent: yes}, {action: utter_happy}]"
    files = project(
        domain=DOMAIN,
        endpoints='action_endpoint: {url: "http://localhost:5055/webhook"}',
        talk=f"stories:\n- story: n\n  steps: {steps}\n",
    )
    imported = from_rasa(files)
    assert problems(imported) == []
    connector = imported.files["connectors/rasa_actions.yaml"]
    assert "url: http://localhost:5055/webhook" in connector
    assert "speaks: rasa" in connector
    assert "  member: member" in connector
    assert talk(imported, "/order") == ["(asks action_search)", "Please go on:"]
    assert talk(imported, "/order", "/yes")[-1] in ("Great", "Wonderful")
    assert codes(imported) == {("action_search", "asks_system")}
    assert (imported.carried, imported.total) == (4, 4)


def test_a_person_is_called_by_what_the_action_is_named() -> None:
    imported = told("rule: [{intent: order}, {action: action_human_handoff}]")
    assert problems(imported) == []
    assert talk(imported, "/order") == ["(person)"]
