"""What is wrong with an experiment, what happened in a run, and why something cannot be done."""

from designer.marking import N_

EXPERIMENT_PROBLEMS = {
    "draft_arm": N_("“%(variant)s” is a draft; approve it before visitors can meet it."),
    "too_few_arms": N_("An experiment needs two wordings or more, each named once."),
    "canary_of_two": N_("A canary has two wordings: the one of today and the new one."),
    "canary_of_a_rate": N_("A canary is decided by orders or clicks; choose one of them."),
    "bad_choice": N_("“%(value)s” is not known here; known are: %(known)s."),
}
EXPERIMENT_DIFFERENCES = {
    "experiment_added": N_("experiment %(file)s added"),
    "experiment_removed": N_("experiment %(file)s removed"),
}
REFUSED = {
    "arm_not_live": N_(
        "Visitors do not get the wording “%(arm)s” yet. Publish the script first, then start."
    ),
    "script_taken": N_(
        "This script is in another experiment (%(key)s). Stop that one first, then start."
    ),
    "not_from_here": N_("Somebody has changed this run meanwhile; this is how it stands now."),
    "problems_left": N_("Something is wrong with this experiment; it is said above."),
    "needs_second": N_(
        "The draft has only this wording now. A second person must approve the release."
    ),
    "cannot_publish": N_(
        "The draft has only this wording now, but it cannot be published yet. See Releases."
    ),
}
MODES = {
    "ab": N_("A/B test"),
    "bandit": N_("Bandit"),
    "canary": N_("Canary"),
}
ABOUT_MODES = {
    "ab": N_("Everybody gets one of the wordings, all alike, until you decide."),
    "bandit": N_("What earns more is shown more, from the first day on; a little is kept for all."),
    "canary": N_("The new wording starts with 1 % of visitors and grows; it goes back by itself."),
}
METRICS = {
    "orders": N_("Orders per visitor"),
    "clicks": N_("Clicks per visitor"),
    "revenue": N_("Revenue per visitor"),
}
STATES = {
    "running": N_("running"),
    "paused": N_("paused"),
    "switched": N_("switched"),
    "rolled_back": N_("rolled back"),
    "stopped": N_("stopped"),
}
HAPPENED = {
    "began": N_("started"),
    "paused": N_("paused"),
    "running": N_("resumed"),
    "stopped": N_("stopped"),
    "switched": N_("switched to the new wording"),
    "rolled_back": N_("rolled back to the wording of before"),
    "shares": N_("shares changed"),
}
