"""find_problems(book): everything wrong with what people drew, as codes with a place.

Reading has already named what is malformed; here we look at what hangs together: links, scripts,
intents, facts, slots, translations, and loops that would never let the visitor speak.
"""

from collections.abc import Iterator, Mapping

import re2

from flows.book import FlowBook
from flows.conditions import Condition, kind_of, tests_in
from flows.model import OPTIONAL_PORTS, Ask, Branch, Call, End, Flow, Handover, Say, Set, Step, Text
from flows.problems import Problem
from flows.scripts import Script
from flows.templates import problem_in, variable_paths
from flows.yaml_text import Document, Path

ROOTS = ("coupon", "forloop")
Known = Mapping[str, str]


def find_problems(book: FlowBook, facts: Known) -> list[Problem]:
    """Name everything wrong with a book; `facts` gives the type of each known fact."""
    problems = list(book.problems)
    problems += _in_workspace(book)
    slots = slots_of(book)
    for flow in book.flows.values():
        problems += _in_flow(book, flow, facts, slots)
    for script in book.scripts.values():
        problems += _in_script(book, script, facts, slots)
    return sorted(set_of(problems), key=lambda p: (p.file, p.line, p.column, p.code))


def set_of(problems: list[Problem]) -> list[Problem]:
    """Keep each problem once."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.code, p.file, p.line, p.column, *sorted(p.values.items())), p)
    return list(seen.values())


def slots_of(book: FlowBook) -> frozenset[str]:
    """Name every slot that some step fills."""
    steps = [step for flow in book.flows.values() for step in flow.steps.values()]
    asked = {step.slot for step in steps if isinstance(step, Ask) and step.slot}
    return frozenset(asked.union(*(step.values for step in steps if isinstance(step, Set))))


def _in_workspace(book: FlowBook) -> Iterator[Problem]:
    document = book.documents.get("workspace.yaml", Document("workspace.yaml"))
    workspace = book.workspace
    if "workspace.yaml" not in book.documents:
        yield document.problem("missing_workspace")
        return
    if not workspace.start:
        yield document.problem("missing_key", ("start",), key="start")
    elif workspace.start not in book.flows:
        yield document.problem("unknown_flow", ("start",), flow=workspace.start)
    named = {"fallback": workspace.fallback}
    named |= {"human.script": workspace.human.script, "human.closed": workspace.human.closed}
    for place, script in named.items():
        if not script:
            yield document.problem("missing_key", tuple(place.split(".")), key=place)
        elif script not in book.scripts:
            yield document.problem("unknown_script", tuple(place.split(".")), script=script)


def _in_flow(book: FlowBook, flow: Flow, facts: Known, slots: frozenset[str]) -> Iterator[Problem]:
    document = book.file_of("flows", flow.key)
    if not flow.steps:
        yield document.problem("empty_flow", ("steps",), flow=flow.key)
        return
    if flow.start not in flow.steps:
        yield document.problem("missing_start", ("start",), key=flow.start)
    for step in flow.steps.values():
        yield from _in_links(document, flow, step)
        yield from _in_step(book, document, step, facts, slots)
    reached = reachable(flow)
    for key in flow.steps:
        if key not in reached and flow.start in flow.steps:
            yield document.problem("unreachable_step", ("steps", key), key, key=key)
    for key in _endless(flow):
        yield document.problem("endless_loop", ("steps", key), key, key=key)


def _in_links(document: Document, flow: Flow, step: Step) -> Iterator[Problem]:
    for link in step.links:
        place = place_of(step.key, link.port)
        if link.to and link.to not in flow.steps:
            yield document.problem("unknown_step", place, step.key, to=link.to, port=link.port)
        elif not link.to and (step.kind, link.port) not in OPTIONAL_PORTS:
            yield document.problem("dead_end", place, step.key, key=step.key, port=link.port)


def place_of(step: str, port: str) -> Path:
    """Say where in a flow file the link of a port stands."""
    name, _, inner = port.partition(".")
    path: Path = ("steps", step, name)
    if not inner:
        return path
    return (*path, inner) if name == "intents" else (*path, int(inner), "next")


def _in_step(
    book: FlowBook, document: Document, step: Step, facts: Known, slots: frozenset[str]
) -> Iterator[Problem]:
    here = ("steps", step.key)
    if isinstance(step, Say | Ask):
        yield from _in_said(book, document, step.script, (*here, step.kind), step.key)
    if isinstance(step, Ask):
        yield from _in_ask(book, document, step)
    if isinstance(step, Call) and step.flow not in book.flows:
        yield document.problem("unknown_flow", (*here, "call"), step.key, flow=step.flow)
    if isinstance(step, Branch):
        if not step.cases:
            yield document.problem("empty_branch", (*here, "branch"), step.key)
        for i, case in enumerate(step.cases):
            place = (*here, "branch", i, "when")
            yield from condition_problems(document, case.when, facts, slots, place, step.key)
    if isinstance(step, Set):
        for slot, value in step.values.items():
            if isinstance(value, str) and (reason := problem_in(value)):
                yield document.problem(
                    "bad_template", (*here, "set", slot), step.key, reason=reason
                )


def _in_said(
    book: FlowBook, document: Document, script: str, place: Path, step: str
) -> Iterator[Problem]:
    if not script:
        yield document.problem("missing_script", place, step, key=step)
    elif script not in book.scripts:
        yield document.problem("unknown_script", place, step, script=script)
    elif not any(
        words.strip() for v in book.scripts[script].variants.values() for words in v.text.values()
    ):
        yield document.problem("empty_script", place, step, script=script)


def _in_ask(book: FlowBook, document: Document, step: Ask) -> Iterator[Problem]:
    here = ("steps", step.key)
    if step.retry and step.retry not in book.scripts:
        yield document.problem("unknown_script", (*here, "retry"), step.key, script=step.retry)
    for intent in step.intents:
        if intent not in book.intents:
            yield document.problem(
                "unknown_intent", (*here, "intents", intent), step.key, intent=intent
            )
    for i, choice in enumerate(step.choices):
        yield from _translations(book, document, choice.text, (*here, "choices", i), step.key)
        if not any(words.strip() for words in choice.text.values()):
            yield document.problem("empty_choice", (*here, "choices", i), step.key, number=i + 1)
    if not step.choices and not step.intents and not step.slot:
        yield document.problem("asks_nothing", here, step.key, key=step.key)
    if step.expect.kind == "pattern":
        try:
            re2.compile(step.expect.pattern)
        except re2.error as error:
            place = (*here, "expect", "pattern")
            yield document.problem("bad_pattern", place, step.key, reason=error)


def condition_problems(
    document: Document,
    condition: Condition,
    facts: Known,
    slots: frozenset[str],
    place: Path,
    step: str = "",
) -> Iterator[Problem]:
    """Name unknown facts and values of the wrong type in a condition."""
    for test in tests_in(condition):
        if test.fact.startswith("slot."):
            if test.fact.removeprefix("slot.") not in slots:
                yield document.problem("unknown_slot", place, step, slot=test.fact)
        elif test.fact not in facts:
            yield document.problem("unknown_fact", place, step, fact=test.fact)
        elif test.op not in ("in", "not_in", "exists") and kind_of(test.value) != facts[test.fact]:
            said = {"fact": test.fact, "wanted": facts[test.fact]}
            yield document.problem("value_of_wrong_type", place, step, **said)


def _in_script(
    book: FlowBook, script: Script, facts: Known, slots: frozenset[str]
) -> Iterator[Problem]:
    document = book.file_of("scripts", script.key)
    if not script.variants:
        yield document.problem("empty_script", ("variants",), script=script.key)
    if script.variants and not script.spoken:
        yield document.problem("nothing_approved", ("variants",), script=script.key)
    for variant in script.variants.values():
        place = ("variants", variant.key, "text")
        yield from _translations(book, document, variant.text, place, "")
        if not any(words.strip() for words in variant.text.values()):
            yield document.problem("empty_variant", place, variant=variant.key)
        for language, words in variant.text.items():
            if reason := problem_in(words):
                yield document.problem("bad_template", (*place, language), reason=reason)
            for path in variable_paths(words):
                yield from _in_placeholder(document, path, facts, slots, (*place, language))


def _in_placeholder(
    document: Document, path: str, facts: Known, slots: frozenset[str], place: Path
) -> Iterator[Problem]:
    root, _, name = path.partition(".")
    if root == "slot" and name not in slots:
        yield document.problem("unknown_slot", place, slot=path)
    elif root not in ("slot", *ROOTS) and path not in facts:
        yield document.problem("unknown_fact", place, fact=path)


def _translations(
    book: FlowBook, document: Document, text: Text, place: Path, step: str
) -> Iterator[Problem]:
    if "" in text or not text:
        return
    for language in book.workspace.languages:
        if not text.get(language, "").strip():
            yield document.problem("missing_translation", place, step, language=language)


def reachable(flow: Flow) -> set[str]:
    """Name the steps that can be reached from the start."""
    reached: set[str] = set()
    waiting = [flow.start]
    while waiting:
        key = waiting.pop()
        if key in flow.steps and key not in reached:
            reached.add(key)
            waiting += [link.to for link in flow.steps[key].links]
    return reached


def _endless(flow: Flow) -> list[str]:
    """Find steps that lead back to themselves without the visitor having a word."""
    silent = {
        key: [link.to for link in step.links]
        for key, step in flow.steps.items()
        if not isinstance(step, Ask | End | Handover)
    }
    # Peel off what leads nowhere, again and again: what stays lies on a loop or before one.
    alive = set(silent)
    while gone := {key for key in alive if not alive.intersection(silent[key])}:
        alive -= gone
    back: dict[str, set[str]] = {key: set() for key in alive}
    for key in alive:
        for to in alive.intersection(silent[key]):
            back[to].add(key)
    while gone := {key for key in alive if not alive.intersection(back[key])}:
        alive -= gone
    return sorted(alive)
