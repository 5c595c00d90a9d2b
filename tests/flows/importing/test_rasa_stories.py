"""Stories, rules and slots of Rasa, each talked to after import."""

from tests.flows.importing.rasa_projects import DOMAIN, codes, problems, talk, told


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
    assert (imported.carried, imported.total) == (4_001, 4_001)
