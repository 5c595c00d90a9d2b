"""What is wrong with an experiment, what happened in a run, and why something cannot be done."""

from designer.marking import N_

EXPERIMENT_PROBLEMS = {
    "draft_arm": N_("“%(variant)s” is a draft; approve it before visitors can meet it."),
    "too_few_arms": N_("An experiment needs two ways or more, ten at most, each named once."),
    "canary_of_two": N_("A canary has two ways: the one of today and the new one."),
    "canary_of_a_rate": N_("A canary is decided by a rate, not by amounts; choose another metric."),
    "bandit_of_visitors": N_(
        "A bandit earns for each visitor; choose revenue per visitor instead of order value."
    ),
    "segments_of_a_bandit": N_("Only a bandit over a rate can have weights for each segment."),
    "one_subject": N_("An experiment is over wordings, over a flow, or over a rule: one of them."),
    "other_manners": N_(
        "“%(rule)s” is of another group, or leads visitors somewhere the other does not; only "
        "rules alike in that can stand in for each other."
    ),
    "bad_currency": N_("“%(value)s” is no currency; write three letters, as CNY or USD."),
    "unknown_rule": N_("There is no rule called %(rule)s."),
    "bad_choice": N_("“%(value)s” is not known here; known are: %(known)s."),
}
EXPERIMENT_DIFFERENCES = {
    "experiment_added": N_("experiment %(file)s added"),
    "experiment_removed": N_("experiment %(file)s removed"),
}
REFUSED = {
    "arm_not_live": N_("Visitors do not get “%(arm)s” yet. Publish first, then start."),
    "script_taken": N_(
        "This is in another experiment already (%(key)s). Stop that one first, then start."
    ),
    "group_full": N_(
        "The others of the group “%(group)s” leave %(free)s of the visitors. Take fewer of them, "
        "or stop one."
    ),
    "not_from_here": N_("Somebody has changed this run meanwhile; this is how it stands now."),
    "problems_left": N_("Something is wrong with this experiment; it is said above."),
    "gone_meanwhile": N_("It was deleted from the draft meanwhile; bring it back first."),
    "needs_second": N_(
        "The draft has only this one now. A second person must approve the release."
    ),
    "cannot_publish": N_(
        "The draft has only this one now, but it cannot be published yet. See Releases."
    ),
}
MODES = {
    "ab": N_("A/B test"),
    "bandit": N_("Bandit"),
    "canary": N_("Canary"),
}
ABOUT_MODES = {
    "ab": N_("All ways are shown alike often, until you decide."),
    "bandit": N_("What earns more is shown more, from the first day on; a little is kept for all."),
    "canary": N_("The new way starts with 1 % of visitors and grows; it goes back by itself."),
}
METRICS = {
    "orders": N_("Orders per visitor"),
    "clicks": N_("Clicks per visitor"),
    "revenue": N_("Revenue per visitor"),
    "order_value": N_("Value of an order"),
    "people": N_("Visitors who want a person (fewer is better)"),
    "resolved": N_("Visitors helped to the end without a person"),
}
GUARDRAILS = {
    "people": N_("wanted a person"),
    "angry": N_("got angry"),
    "failed": N_("met a failure"),
    "slow": N_("had to wait"),
}
CHANNEL_NAMES = {"widget": N_("chat window of the shop"), "rest": N_("other programs (REST)")}
FUNNEL = {
    "clicked": N_("followed the offer"),
    "Product Added": N_("put something into the cart"),
    "Checkout Started": N_("went to the checkout"),
    "converted": N_("ordered"),
}
STATES = {
    "running": N_("running"),
    "paused": N_("paused"),
    "switched": N_("switched"),
    "rolled_back": N_("rolled back"),
    "stopped": N_("stopped"),
    "archived": N_("archived"),
}
HAPPENED = {
    "began": N_("started"),
    "paused": N_("paused"),
    "running": N_("resumed"),
    "stopped": N_("stopped"),
    "archived": N_("archived"),
    "switched": N_("switched to the new one"),
    "rolled_back": N_("rolled back to the one of before"),
    "shares": N_("shares changed"),
}
