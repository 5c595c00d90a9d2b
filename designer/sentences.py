"""Every code the core speaks, as an English sentence; the translations make the rest of it."""

from designer.experiment_sentences import EXPERIMENT_DIFFERENCES, EXPERIMENT_PROBLEMS
from designer.marking import N_
from designer.odd_rules import ODD_RULES, plain_values
from designer.yaml_sentences import YAML_PROBLEMS
from flows.problems import Problem

KINDS = {
    "say": N_("Say"),
    "ask": N_("Ask"),
    "branch": N_("Branch"),
    "set": N_("Remember"),
    "request": N_("Ask a system"),
    "call": N_("Sub-flow"),
    "handover": N_("Hand over"),
    "end": N_("End"),
}
FILES = {
    "flows": N_("Flow"),
    "scripts": N_("Script"),
    "rules": N_("Rule"),
    "connectors": N_("Connector"),
    "segments": N_("Segment"),
    "experiments": N_("Experiment"),
    "nlu": N_("Training sentences"),
    "workspace.yaml": N_("Settings of the shop"),
    "widget.yaml": N_("Chat window"),
}
SENTIMENTS = {"positive": N_("positive"), "neutral": N_("neutral"), "negative": N_("negative")}
PARTS = {
    "trigger": N_("the trigger"),
    "when": N_("the conditions"),
    "then": N_("the deeds"),
    "limits": N_("the limits"),
    "conflict": N_("the groups"),
    "tests": N_("the tests"),
    "priority": N_("the priority"),
    "name": N_("the name"),
    "title": N_("the title"),
    "start": N_("the start"),
    "weighting": N_("how wordings are chosen"),
    "goal": N_("the goal"),
    "intents": N_("what intents are called"),
    "languages": N_("the languages"),
    "coupons": N_("the coupons"),
    "fallback": N_("what is said when lost"),
    "human": N_("how a person is reached"),
    "confidence": N_("when a message counts as understood"),
    "publishing": N_("how releases are published"),
}
LANGUAGES = {"zh": N_("Chinese"), "en": N_("English")}
LEFT_OUT = {
    "approximated": N_("We have nothing that is just the same; look whether it still fits."),
    "not_reachable": N_("Nothing led to it, and nothing does; link it or delete it."),
    "too_long": N_("The text was cut: no wording may be that long."),
    "loop_cut": N_("It turned in a circle without asking anything; the circle was opened."),
    "never_filled": N_("Nothing ever filled this value; it begins empty."),
    "needs_connector": N_("It talks to another system; a connector will have to do that."),
    "asks_system": N_("It asks another system; say under “Connectors” where that is."),
    "needs_code": N_("It is program code; say it as a condition or a remembered value instead."),
    "no_equivalent": N_("There is nothing like it here."),
    "not_found": N_("It leads to something that is not in the file."),
    "unknown_kind": N_("Nobody knows this kind of block here."),
    "empty": N_("It was empty."),
    "not_reached": N_("Another story says something else at the same point; the first one counts."),
    "old_format": N_("It is in a format Rasa itself gave up; convert it with Rasa first."),
}
DIFFERENCES = {
    "steps_added": (N_("%(num)s step added"), N_("%(num)s steps added")),
    "steps_removed": (N_("%(num)s step removed"), N_("%(num)s steps removed")),
    "steps_changed": (N_("%(num)s step changed"), N_("%(num)s steps changed")),
    "cards_moved": (N_("%(num)s card moved"), N_("%(num)s cards moved")),
    "notes_changed": N_("notes changed"),
    "labels_changed": N_("words on links changed"),
    "tests_changed": N_("tests changed"),
    "title_changed": N_("title changed"),
    "start_changed": N_("start changed"),
    "text_changed": N_("text of %(file)s changed"),
    "sentences_changed": N_("sentences of %(file)s changed"),
    "wording_added": N_("wording %(file)s/%(names)s added"),
    "wording_removed": N_("wording %(file)s/%(names)s removed"),
    "wording_changed": N_("wording of %(file)s/%(names)s changed"),
    "part_changed": N_("%(file)s: %(names)s changed"),
    "flow_added": N_("flow %(file)s added"),
    "flow_removed": N_("flow %(file)s removed"),
    "script_added": N_("script %(file)s added"),
    "script_removed": N_("script %(file)s removed"),
    "rule_added": N_("rule %(file)s added"),
    "rule_removed": N_("rule %(file)s removed"),
    "connector_added": N_("connector %(file)s added"),
    "connector_removed": N_("connector %(file)s removed"),
    "segment_added": N_("segment %(file)s added"),
    "segment_removed": N_("segment %(file)s removed"),
    **EXPERIMENT_DIFFERENCES,
    "file_added": N_("file %(file)s added"),
    "file_removed": N_("file %(file)s removed"),
}
EXPECTED = {"fires": N_("that it speaks"), "silent": N_("that it stays silent")}
PORTS = {"next": N_("next"), "otherwise": N_("otherwise")}
DOES = {
    "Product Viewed": N_("views %(what)s"),
    "Product Added": N_("puts %(what)s into the cart"),
    "Product Removed": N_("takes %(what)s out of the cart"),
    "Cart Viewed": N_("looks at the cart"),
    "Checkout Started": N_("begins to check out"),
    "Order Completed": N_("orders %(what)s"),
    "page": N_("opens a page"),
    "message": N_("writes something that means “%(what)s”"),
    "visit_start": N_("begins a visit"),
    "visit_end": N_("has been away for half an hour"),
    "exit_intent": N_("is about to leave the page"),
    "fallback": N_("is not understood"),
    "segment_entered": N_("enters a segment"),
    "page_leave": N_("leaves the page"),
}
VISITS = {"first": N_("comes for the first time"), "return": N_("comes back")}
OPERATORS = {
    "eq": N_("is"),
    "ne": N_("is not"),
    "gt": N_("is more than"),
    "gte": N_("is at least"),
    "lt": N_("is less than"),
    "lte": N_("is at most"),
    "in": N_("is one of"),
    "not_in": N_("is none of"),
    "contains": N_("contains"),
    "exists": N_("is known"),
}
DURATIONS = {
    "d": (N_("%(num)s day"), N_("%(num)s days")),
    "h": (N_("%(num)s hour"), N_("%(num)s hours")),
    "m": (N_("%(num)s minute"), N_("%(num)s minutes")),
    "s": (N_("%(num)s second"), N_("%(num)s seconds")),
    "ms": (N_("%(num)s millisecond"), N_("%(num)s milliseconds")),
}
REASONS = {
    "cooling_down": N_("It spoke a short while ago."),
    "capped session": N_("It has spoken often enough in this session."),
    "capped visitor": N_("It has spoken often enough to this visitor."),
    "capped marketing": N_("The visitor has had enough marketing for now."),
    "lost_to": N_("A stronger rule of its group spoke."),
    "suppressed_by": N_("Another rule keeps its group quiet."),
    "quiet_hours": N_("No marketing at this time of day."),
    "opted_out": N_("The visitor wants no marketing."),
    "held_out": N_("The visitor is one of those who get no marketing, to compare with."),
    "off_schedule": N_("It is not meant to speak at this time."),
    "page_lost": N_("The page was closed without a word."),
    "in_flow": N_("The visitor was answering a question of a flow."),
    "condition": N_("Its conditions did not hold."),
    "with_person": N_("A person is talking to the visitor."),
}
PROBLEMS = {
    "not_utf8": N_("The file is not UTF-8. Save it as UTF-8 and try again."),
    "not_yaml": N_("This is not YAML: %(reason)s."),
    **YAML_PROBLEMS | EXPERIMENT_PROBLEMS | ODD_RULES,
    "bad_clock": N_("%(value)s is no time of day; write one such as 22:00."),
    "too_big": N_("The file is too big; at most %(most)s."),
    "too_deep": N_("The file is nested too deeply; at most %(most)s levels."),
    "too_many_aliases": N_("The file has too many aliases; at most %(most)s."),
    "alias_cycle": N_("An alias leads back to itself."),
    "second_document": N_("Only one document may stand in a file."),
    "tag": N_("Tags such as %(tag)s are not allowed."),
    "key_not_text": N_("A key must be a plain word."),
    "duplicate_key": N_("The key %(key)s stands here twice."),
    "not_a_mapping": N_("Here should be keys with values."),
    "wrong_type": N_("The value of %(key)s has the wrong type."),
    "bad_key": N_(
        "%(key)s is not a good name: use lower-case letters, digits, _ and -, a letter first."
    ),
    "unknown_key": N_("Nothing is known under the name %(key)s."),
    "missing_key": N_("%(key)s is missing."),
    "key_is_not_file_name": N_("The file is called %(name)s, but inside it is %(key)s."),
    "unknown_file": N_("This file does not belong to a workspace."),
    "path_leaves_folder": N_("The archive holds a path that leaves its folder; it was refused."),
    "not_a_zip": N_("This is not a zip archive that can be read."),
    "zip_too_big": N_("The archive is too big; at most %(most)s."),
    "too_much_to_teach": N_(
        "There is more to teach than %(intents)s intents or %(sentences)s sentences. Intents that "
        "differ in a name only are better one intent with an entity."
    ),
    "bad_training_file": N_("The training file cannot be read: %(reason)s"),
    "missing_workspace": N_("workspace.yaml is missing."),
    "unknown_step_kind": N_("It is not clear what step %(key)s does."),
    "two_step_kinds": N_("Step %(key)s does two things at once; make two steps of it."),
    "bad_place": N_("The place of %(key)s on the canvas must be two numbers."),
    "bad_expect": N_("An expected answer is text, number, pattern, one_of or entity."),
    "bad_slot": N_("The slot %(slot)s cannot hold this."),
    "out_of_range": N_("%(key)s must lie between %(least)s and %(most)s."),
    "unknown_variant": N_("There is no wording called %(variant)s."),
    "bad_weight": N_("The shares of the wordings do not add up; each must be 0 or more."),
    "bad_weighting": N_("Wordings are chosen even, bandit or fixed."),
    "bad_languages": N_("The languages must be a list such as [zh-CN, en]."),
    "bad_url": N_("%(url)s is not an address that visitors may be sent to."),
    "bad_color": N_("%(color)s is not a colour such as #4f46e5."),
    "empty_flow": N_("This flow has no steps yet. Add one from the palette."),
    "missing_start": N_("The flow does not say where it begins."),
    "unknown_step": N_("The way out “%(port)s” leads to %(to)s, which does not exist."),
    "dead_end": N_("The way out “%(port)s” leads nowhere. Link it to a step."),
    "unreachable_step": N_("No way leads to %(key)s."),
    "endless_loop": N_("From here the flow turns in a circle without asking the visitor."),
    "missing_script": N_("Nothing is said here yet. Write a wording."),
    "unknown_script": N_("There is no script called %(script)s."),
    "empty_script": N_("The script %(script)s has no wording yet."),
    "empty_variant": N_("The wording %(variant)s is empty."),
    "long_wording": N_("The wording has %(many)s characters; in a chat hardly anybody reads that."),
    "empty_choice": N_("Choice %(number)s has no text."),
    "asks_nothing": N_("Offer choices, listen for intents, or remember the answer in a slot."),
    "empty_branch": N_("The branch has no case yet."),
    "missing_connector": N_("Choose which system is asked here."),
    "unknown_connector": N_("There is no connector called %(connector)s."),
    "connector_without_address": N_(
        "The connector %(connector)s has no address yet: the conversation goes on by “no answer”."
    ),
    "bad_connector_url": N_("“%(url)s” is no address that begins with https:// or http://."),
    "bad_connector_language": N_("A system speaks json or rasa, not “%(value)s”."),
    "unknown_flow": N_("There is no flow called %(flow)s."),
    "unknown_entity": N_("No training file lists anything as %(name)s."),
    "unknown_intent": N_("No training sentence teaches the intent %(intent)s."),
    "unknown_fact": N_("Nothing is known about %(fact)s."),
    "segment_of_everybody": N_("This segment asks for nothing, so everybody would be in it."),
    "unknown_slot": N_("No step fills %(slot)s."),
    "unknown_coupon": N_("There is no coupon called %(coupon)s."),
    "value_of_wrong_type": N_("%(fact)s must be compared with a %(wanted)s."),
    "bad_condition": N_("A condition is all, any, not, or fact, op and value."),
    "unknown_operator": N_("There is no operator called %(operator)s."),
    "bad_value": N_("%(fact)s %(operator)s cannot be compared with this value."),
    "bad_pattern": N_("The pattern cannot be read: %(reason)s"),
    "bad_template": N_("A placeholder cannot be read: %(reason)s"),
    "missing_translation": N_("There is no text in %(language)s."),
    "bad_duration": N_("%(value)s is not a duration such as 90s, 2m, 24h or 7d."),
    "nothing_to_compare": N_("“%(fact)s” is compared with nothing; fill in the value."),
    "bad_count": N_(
        "Counting needs an event and in_last: 3 messages (up to 50) or 10m (up to 7d)."
    ),
    "bad_silence": N_("Silence is that of the visitor, after a message."),
    "dwell_and_silence": N_("A rule waits for dwell or for silence, not for both."),
    "unknown_deed": N_("A rule cannot do “%(do)s”."),
    "unknown_gift": N_("There is no gift called %(gift)s."),
    "one_way_only": N_("Beside %(first)s this cannot stand; take one of the two."),
    "bad_day": N_("%(value)s is no day; write mon, tue, wed, thu, fri, sat or sun."),
    "slot_or_tag": N_("Say either which slot or which tag is set."),
    "emit_loop": N_(
        "It reports an event that wakes it again, by way of %(other)s. "
        "After five rounds we stop it."
    ),
    "bad_coupon_kind": N_("%(value)s is neither coupon nor gift."),
    "no_deed": N_("The rule does nothing yet."),
    "no_limit": N_("Rule %(rule)s may speak without any limit."),
    "bad_expectation": N_("A test expects fires or silent."),
    "test_fails": N_("Test %(number)s fails: it expects %(expected)s."),
    "matcher_disagrees": N_("The two rule matchers disagree about %(rule)s; nothing went out."),
    "problems_left": N_("Problems are left: mend them before publishing."),
    "session_over": N_("Your session is over. Open the page again; nothing you saved is lost."),
    "step_exists": N_("There is a step called %(key)s already."),
    "no_such_step": N_("There is no step called %(key)s any more."),
    "no_such_port": N_("There is no way out called %(port)s any more."),
    "variant_exists": N_("There is a wording called %(variant)s already."),
    "bad_edit": N_("This edit could not be read."),
    "bad_number": N_("“%(field)s” must be a number from %(least)s to %(most)s."),
    "not_whole": N_("“%(field)s” must be a whole number."),
    "bad_test_policy": N_("A failing test can block or warn, but not %(value)s."),
    "tests_fail": N_("Tests fail: %(rule)s. Mend them, or let failing tests warn only."),
    "own_approval": N_("A second person has to look at it: you asked for this yourself."),
    "already_decided": N_("Somebody decided this already."),
    "needs_second": N_(
        "This workspace publishes with four eyes: ask for it, a second person approves."
    ),
    "bad_time": N_("The time must be a date and a time in the future."),
    "not_json": N_("This is not JSON: export the bot again and take that file."),
    "not_a_typebot": N_(
        "This is JSON, but no bot of Typebot: choose the file its export gave you."
    ),
    "too_many_blocks": N_("The bot has too many blocks; at most %(most)s."),
    "not_a_rasa_project": N_("This is no Rasa project: domain.yml is missing."),
    "no_stories": N_("The project has neither stories nor rules, so there is no dialogue in it."),
    "too_many_steps": N_("The stories have too many steps; at most %(most)s."),
    "not_a_table": N_("This is no table of wordings: it needs the columns script and variant."),
    "bad_review": N_("A wording is draft or approved, but not %(value)s."),
    "nothing_approved": N_("No wording of %(script)s is approved yet, so it would say nothing."),
    "bad_note_color": N_("%(color)s is not a colour of notes."),
    "bad_talk_line": N_(
        "Line %(number)s of the talk is none: it is visitor, choose, skip, says, at or queue."
    ),
    "no_such_test": N_("This test does not exist any more."),
    "no_such_note": N_("This note does not exist any more."),
    "not_a_clipping": N_("The clipboard holds no steps of a flow."),
    "clipping_too_big": N_("That is too much at once; at most %(most)s steps."),
    "many_entries": N_(
        "Others lead to several of these steps (%(steps)s); a sub-flow begins at one."
    ),
    "many_exits": N_(
        "These steps go on at several others (%(steps)s); a sub-flow comes back to one place."
    ),
}


def plain_sentence(problem: Problem) -> str:
    """Say a problem in English, where there is no screen."""
    return PROBLEMS.get(problem.code, problem.code) % plain_values(problem.values)
