"""What is wrong with one step by itself, and all that it may name: scripts, slots, facts and so on.

A step is checked against nothing but `Around`, so that what was found holds as long as that does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

import re2

from flows.book import FlowBook
from flows.conditions import Condition, kind_of, tests_in
from flows.model import OPTIONAL_PORTS, Ask, Branch, Call, Flow, Link, Request, Say, Set, Step, Text
from flows.problems import Problem
from flows.remembering import Memory
from flows.templates import problem_in
from flows.yaml_text import Document, Path

_SLOTS: Memory[tuple[frozenset[str], frozenset[str]]] = Memory(1024)


@dataclass(frozen=True)
class Around:
    """All that checks of a step, a script or a rule look at beside it; equal ones are one object.

    `wordless` names the scripts that say nothing, `silent` the connectors without an address.
    """

    flows: frozenset[str]
    scripts: frozenset[str]
    wordless: frozenset[str]
    connectors: frozenset[str]
    silent: frozenset[str]
    coupons: frozenset[tuple[str, str]]
    intents: frozenset[str]
    languages: tuple[str, ...]
    slots: frozenset[str]
    facts: frozenset[tuple[str, str]]
    entities: frozenset[str] = frozenset()

    def kind_of(self, fact: str) -> str:
        """Give the type of a fact; empty for one that nobody knows."""
        return _by_name(self.facts).get(fact, "")


@dataclass(frozen=True)
class Seen:
    """What a step is like by itself: the steps it leads to, and what is wrong with it."""

    ways: tuple[str, ...]
    problems: list[Problem]


def around(book: FlowBook, facts: Mapping[str, str]) -> Around:
    """Gather what may be named in a book; `facts` gives the type of each known fact.

    A `slot.` among them is one that something else than a step fills.
    """
    wordless = {
        key
        for key, script in book.scripts.items()
        if not any(words.strip() for v in script.variants.values() for words in v.text.values())
    }
    found = Around(
        frozenset(book.flows),
        frozenset(book.scripts),
        frozenset(wordless),
        frozenset(book.connectors),
        frozenset(key for key, connector in book.connectors.items() if not connector.url),
        frozenset((key, coupon.kind) for key, coupon in book.workspace.coupons.items()),
        book.intents,
        tuple(book.workspace.languages),
        slots_of(book) | {name[5:] for name in facts if name.startswith("slot.")},
        frozenset({**{f"entity.{name}": "text" for name in book.entities}, **facts}.items()),
        book.entities,
    )
    return _known(found)


def slots_of(book: FlowBook) -> frozenset[str]:
    """Name every slot that some step fills."""
    found = [_SLOTS.recall((flow,), partial(_slots_in, flow)) for flow in book.flows.values()]
    filled = [slots for slots, _asked in found]
    wanted = {key for _slots, asked in found for key in asked}
    answered = [book.connectors[key].slots for key in wanted if key in book.connectors]
    return frozenset[str]().union(*filled, *answered)


def see_step(document: Document, step: Step, around: Around) -> Seen:
    """Look at a step by itself; whether the steps it leads to are there is not known here."""
    links = step.links
    problems = [*_in_links(document, step, links), *_in_step(document, step, around)]
    return Seen(tuple(link.to for link in links if link.to), problems)


def in_condition(
    document: Document, condition: Condition, around: Around, place: Path, step: str = ""
) -> Iterator[Problem]:
    """Name unknown facts and values of the wrong type in a condition."""
    for test in tests_in(condition):
        wanted = around.kind_of(test.fact)
        if test.fact.startswith("slot."):
            if test.fact.removeprefix("slot.") not in around.slots:
                yield document.problem("unknown_slot", place, step, slot=test.fact)
        elif not wanted:
            yield document.problem("unknown_fact", place, step, fact=test.fact)
        elif test.op not in ("in", "not_in", "exists") and kind_of(test.value) != wanted:
            said = {"fact": test.fact, "wanted": wanted}
            yield document.problem("value_of_wrong_type", place, step, **said)
        elif test.value in ("", ()):
            yield document.problem("nothing_to_compare", place, step, fact=test.fact)
        if isinstance(test.value, tuple) and not _is_of_one_kind(test.value, wanted):
            yield document.problem("mixed_list", place, step, fact=test.fact)
        if test.fact == "message.intent" and test.op in ("eq", "ne", "in", "not_in"):
            told = test.value if isinstance(test.value, tuple) else (test.value,)
            for intent in (one for one in told if isinstance(one, str) and one):
                if intent not in around.intents:
                    yield document.problem("intent_never_told", place, step, intent=intent)


def _is_of_one_kind(values: tuple[object, ...], wanted: str) -> bool:
    """Say whether all values of a list are of one kind, and of that of their fact."""
    kinds = {kind_of(value) for value in values}
    return kinds <= {wanted} if wanted else len(kinds) < 2 and "nothing" not in kinds


def in_text(
    document: Document, text: Text, around: Around, place: Path, step: str = ""
) -> Iterator[Problem]:
    """Name the languages a text is missing in; one without a language is for all."""
    if "" in text or not text:
        return
    for language in around.languages:
        if not text.get(language, "").strip():
            yield document.problem("missing_translation", place, step, language=language)


def place_of(step: str, port: str) -> Path:
    """Say where in a flow file the link of a port stands."""
    name, _, inner = port.partition(".")
    path: Path = ("steps", step, name)
    if not inner:
        return path
    return (*path, inner) if name == "intents" else (*path, int(inner), "next")


def _in_links(document: Document, step: Step, links: tuple[Link, ...]) -> Iterator[Problem]:
    for link in links:
        if not link.to and (step.kind, link.port) not in OPTIONAL_PORTS:
            place = place_of(step.key, link.port)
            yield document.problem("dead_end", place, step.key, key=step.key, port=link.port)


def _in_step(document: Document, step: Step, around: Around) -> Iterator[Problem]:
    here = ("steps", step.key)
    if isinstance(step, Say | Ask):
        yield from _in_said(document, step.script, around, (*here, step.kind), step.key)
    if isinstance(step, Ask):
        yield from _in_ask(document, step, around)
    if isinstance(step, Call) and step.flow not in around.flows:
        yield document.problem("unknown_flow", (*here, "call"), step.key, flow=step.flow)
    if isinstance(step, Branch):
        if not step.cases:
            yield document.problem("empty_branch", (*here, "branch"), step.key)
        for i, case in enumerate(step.cases):
            place = (*here, "branch", i, "when")
            yield from in_condition(document, case.when, around, place, step.key)
    if isinstance(step, Set):
        yield from _in_values(document, step.values, (*here, "set"), step.key)
    if isinstance(step, Request):
        yield from _in_request(document, step, around)


def _in_values(
    document: Document, values: Mapping[str, object], place: Path, step: str
) -> Iterator[Problem]:
    for slot, value in values.items():
        if isinstance(value, str) and (reason := problem_in(value)):
            yield document.problem("bad_template", (*place, slot), step, reason=reason)


def _in_request(document: Document, step: Request, around: Around) -> Iterator[Problem]:
    here = ("steps", step.key, "request")
    said = {"connector": step.connector}
    if not step.connector:
        yield document.problem("missing_connector", here, step.key)
    elif step.connector not in around.connectors:
        yield document.problem("unknown_connector", here, step.key, **said)
    elif step.connector in around.silent:
        yield document.problem("connector_without_address", here, step.key, **said)
    yield from _in_values(document, step.send, ("steps", step.key, "send"), step.key)


def _in_said(
    document: Document, script: str, around: Around, place: Path, step: str
) -> Iterator[Problem]:
    if not script:
        yield document.problem("missing_script", place, step, key=step)
    elif script not in around.scripts:
        yield document.problem("unknown_script", place, step, script=script)
    elif script in around.wordless:
        yield document.problem("empty_script", place, step, script=script)


def _in_ask(document: Document, step: Ask, around: Around) -> Iterator[Problem]:
    here = ("steps", step.key)
    if step.retry and step.retry not in around.scripts:
        yield document.problem("unknown_script", (*here, "retry"), step.key, script=step.retry)
    for intent in step.intents:
        if intent not in around.intents:
            yield document.problem(
                "unknown_intent", (*here, "intents", intent), step.key, intent=intent
            )
    for i, choice in enumerate(step.choices):
        yield from in_text(document, choice.text, around, (*here, "choices", i), step.key)
        if not any(words.strip() for words in choice.text.values()):
            yield document.problem("empty_choice", (*here, "choices", i), step.key, number=i + 1)
    if not step.choices and not step.intents and not step.slot:
        yield document.problem("asks_nothing", here, step.key, key=step.key)
    if step.expect.kind == "entity" and step.expect.entity not in around.entities:
        place, name = (*here, "expect", "entity"), step.expect.entity
        yield document.problem("unknown_entity", place, step.key, name=name)
    if step.expect.kind == "pattern":
        try:
            re2.compile(step.expect.pattern)
        except re2.error as error:
            place = (*here, "expect", "pattern")
            yield document.problem("bad_pattern", place, step.key, reason=error)


def _slots_in(flow: Flow) -> tuple[frozenset[str], frozenset[str]]:
    """Name the slots that a flow's own steps fill, and the connectors it asks."""
    slots: set[str] = set()
    asked: set[str] = set()
    for step in flow.steps.values():
        if isinstance(step, Ask):
            slots |= {step.slot} - {""}
        elif isinstance(step, Set):
            slots.update(step.values)
        elif isinstance(step, Request):
            asked.add(step.connector)
    return frozenset(slots), frozenset(asked)


@lru_cache(maxsize=64)
def _known(found: Around) -> Around:
    return found


@lru_cache(maxsize=8)
def _by_name(facts: frozenset[tuple[str, str]]) -> dict[str, str]:
    return dict(facts)
