"""What does not hang together in an experiment."""

from collections.abc import Collection, Iterator, Mapping

from flows.book import FlowBook
from flows.experiments import QUIET, VALUES, Experiment
from flows.problems import Problem
from flows.yaml_text import Document

MOST_ARMS = 10


def find_problems(
    book: FlowBook, facts: Mapping[str, str], rules: Mapping[str, str]
) -> list[Problem]:
    """Name everything wrong with the experiments of a book; `facts` are those that are known.

    `rules` have their manners: one may stand in for another only where these are the same, for
    limits were looked at before.
    """
    found: list[Problem] = []
    for experiment in book.experiments.values():
        document = book.file_of("experiments", experiment.key)
        found += _about_what(experiment, document, book, rules)
        found += _how(experiment, document)
        found += _for_whom(experiment, document, facts)
    return found


def _about_what(
    experiment: Experiment, document: Document, book: FlowBook, rules: Mapping[str, str]
) -> Iterator[Problem]:
    """Look at what competes: one kind of thing, and all of it there."""
    kinds = (experiment.script or experiment.scripts, experiment.flow, experiment.rule)
    if sum(map(bool, kinds)) != 1:
        yield document.problem("one_subject")
    elif experiment.flow:
        if experiment.flow not in book.flows:
            yield document.problem("unknown_flow", ("flow",), flow=experiment.flow)
        yield from _unknown(experiment, document, book.flows, "unknown_flow", "flow")
    elif experiment.rule:
        if experiment.rule not in rules:
            yield document.problem("unknown_rule", ("rule",), rule=experiment.rule)
        yield from _unknown(experiment, document, {*rules, QUIET}, "unknown_rule", "rule")
        mine = rules.get(experiment.rule, "")
        for place, arm in enumerate(experiment.arms):
            if rules.get(arm, mine) != mine:
                yield document.problem("other_manners", ("arms", place), rule=arm)
    else:
        yield from _in_scripts(experiment, document, book)
    arms = experiment.arms
    if not 2 <= len(set(arms)) <= MOST_ARMS or len(set(arms)) < len(arms):
        yield document.problem("too_few_arms", ("arms",))


def _in_scripts(experiment: Experiment, document: Document, book: FlowBook) -> Iterator[Problem]:
    for key in experiment.subjects:
        script = book.scripts.get(key)
        if script is None:
            yield document.problem("unknown_script", ("script",), script=key)
            continue
        for place, arm in enumerate(experiment.arms):
            if arm not in script.variants:
                yield document.problem("unknown_variant", ("arms", place), variant=arm)
            elif arm not in script.spoken:
                yield document.problem("draft_arm", ("arms", place), variant=arm)


def _unknown(
    experiment: Experiment, document: Document, known: Collection[str], code: str, what: str
) -> Iterator[Problem]:
    for place, arm in enumerate(experiment.arms):
        if arm not in known:
            yield document.problem(code, ("arms", place), **{what: arm})


def _how(experiment: Experiment, document: Document) -> Iterator[Problem]:
    if experiment.mode == "canary":
        if len(set(experiment.arms)) > 2:
            yield document.problem("canary_of_two", ("arms",))
        if experiment.metric in VALUES:
            yield document.problem("canary_of_a_rate", ("metric",))
    if experiment.mode == "bandit" and experiment.metric == "order_value":
        yield document.problem("bandit_of_visitors", ("metric",))
    if experiment.by_segment and (experiment.mode != "bandit" or experiment.metric in VALUES):
        yield document.problem("segments_of_a_bandit", ("by_segment",))


def _for_whom(
    experiment: Experiment, document: Document, facts: Mapping[str, str]
) -> Iterator[Problem]:
    for place, segment in enumerate(experiment.segments):
        if f"segment.{segment}" not in facts:
            where = ("audience", "segments", place)
            yield document.problem("unknown_fact", where, fact=f"segment.{segment}")
