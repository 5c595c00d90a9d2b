"""Every code the core speaks, as an English sentence; the translations make the rest of it."""

from flows.problems import Problem


def N_(text: str) -> str:  # noqa: N802  gettext's usual name for "translate this later"
    """Mark a sentence for translation."""
    return text


KINDS = {
    "say": N_("Say"),
    "ask": N_("Ask"),
    "branch": N_("Branch"),
    "set": N_("Remember"),
    "call": N_("Sub-flow"),
    "handover": N_("Hand over"),
    "end": N_("End"),
}
PORTS = {"next": N_("next"), "otherwise": N_("otherwise")}
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
REASONS = {
    "cooldown": N_("It spoke a short while ago."),
    "per_session": N_("It has spoken often enough in this session."),
    "per_visitor": N_("It has spoken often enough to this visitor."),
    "exclusive_group": N_("A stronger rule of its group spoke."),
    "suppressed": N_("Another rule keeps its group quiet."),
    "condition": N_("Its conditions did not hold."),
    "with_person": N_("A person is talking to the visitor."),
}
PROBLEMS = {
    "not_utf8": N_("The file is not UTF-8. Save it as UTF-8 and try again."),
    "not_yaml": N_("This is not YAML: %(reason)s."),
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
    "bad_training_file": N_("The training file cannot be read: %(reason)s"),
    "missing_workspace": N_("workspace.yaml is missing."),
    "unknown_step_kind": N_("It is not clear what step %(key)s does."),
    "two_step_kinds": N_("Step %(key)s does two things at once; make two steps of it."),
    "bad_place": N_("The place of %(key)s on the canvas must be two numbers."),
    "bad_expect": N_("An expected answer is text, number, pattern or one_of."),
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
    "empty_choice": N_("Choice %(number)s has no text."),
    "asks_nothing": N_("Offer choices, listen for intents, or remember the answer in a slot."),
    "empty_branch": N_("The branch has no case yet."),
    "unknown_flow": N_("There is no flow called %(flow)s."),
    "unknown_intent": N_("No training sentence teaches the intent %(intent)s."),
    "unknown_fact": N_("Nothing is known about %(fact)s."),
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
    "bad_silence": N_("Silence is that of the visitor, after a message."),
    "dwell_and_silence": N_("A rule waits for dwell or for silence, not for both."),
    "unknown_deed": N_("A rule can send_script, push_coupon or start_flow, but not %(do)s."),
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
}


def plain_sentence(problem: Problem) -> str:
    """Say a problem in English, where there is no screen."""
    return PROBLEMS.get(problem.code, problem.code) % dict(problem.values)
