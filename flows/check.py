"""find_problems(book): everything wrong with what people drew, as codes with a place.

Reading has already named what is malformed; here we look at what hangs together: links, scripts,
intents, facts, slots, translations, and loops that would never let the visitor speak.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from flows.book import FlowBook
from flows.check_steps import Around, Seen, around, in_text, place_of, see_step
from flows.model import Ask, End, Flow, Handover, Step
from flows.problems import Problem
from flows.remembering import Memory, alone, placed
from flows.scripts import Script
from flows.templates import problem_in, variable_paths
from flows.yaml_text import Document, Part, Path

ROOTS = ("coupon", "forloop")
MOST_SAID = 1_000
"""Characters of a wording above which hardly anybody reads it in a chat."""
Ways = Mapping[str, tuple[str, ...]]
Ends = Mapping[str, set[str]]
_FLOWS: Memory[list[Problem]] = Memory(512)
_STEPS: Memory[Seen] = Memory(16384)
_SCRIPTS: Memory[list[Problem]] = Memory(4096)


def find_problems(book: FlowBook, facts: Mapping[str, str]) -> list[Problem]:
    """Name everything wrong with a book; `facts` gives the type of each known fact."""
    problems = [*book.problems, *_in_workspace(book)]
    known = around(book, facts)
    for flow in book.flows.values():
        document = book.file_of("flows", flow.key)
        look = partial(_in_flow, document, flow, known)
        problems += _FLOWS.recall((document, flow, known), look)
    for script in book.scripts.values():
        document = book.file_of("scripts", script.key)
        look = partial(_in_script, document, script, known)
        problems += _SCRIPTS.recall((document, script, known), look)
    return sorted(set_of(problems), key=lambda p: (p.file, p.line, p.column, p.code))


def set_of(problems: list[Problem]) -> list[Problem]:
    """Keep each problem once."""
    seen: dict[tuple[object, ...], Problem] = {}
    for p in problems:
        seen.setdefault((p.code, p.file, p.line, p.column, *sorted(p.values.items())), p)
    return list(seen.values())


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


def _in_flow(document: Document, flow: Flow, known: Around) -> list[Problem]:
    if not flow.steps:
        return [document.problem("empty_flow", ("steps",), flow=flow.key)]
    problems = []
    if flow.start not in flow.steps:
        problems.append(document.problem("missing_start", ("start",), key=flow.start))
    ways: dict[str, tuple[str, ...]] = {}
    for key, step in flow.steps.items():
        before, seen = _seen(document, step, known)
        ways[key] = seen.ways
        problems += placed(seen.problems, document.file, before)
        if not flow.steps.keys() >= set(seen.ways):
            problems += _in_links(document, step, flow)
    reached = _reachable(flow.start, ways)
    for key in flow.steps:
        if key not in reached and flow.start in flow.steps:
            problems.append(document.problem("unreachable_step", ("steps", key), key, key=key))
    for key in _endless(flow, ways):
        problems.append(document.problem("endless_loop", ("steps", key), key, key=key))
    return problems


def _in_links(document: Document, step: Step, flow: Flow) -> Iterator[Problem]:
    for link in step.links:
        if link.to and link.to not in flow.steps:
            place = place_of(step.key, link.port)
            yield document.problem("unknown_step", place, step.key, to=link.to, port=link.port)


def _seen(document: Document, step: Step, known: Around) -> tuple[int, Seen]:
    """Look at a step alone; gives what it is like, and the lines that stand before its problems."""
    path = ("steps", step.key)
    if path not in document.parts:
        return 0, see_step(document, step, known)
    before, part = document.parts[path]
    look = partial(_see_alone, step, part, known)
    return before, _STEPS.recall((step, part, known), look)


def _see_alone(step: Step, part: Part, known: Around) -> Seen:
    return see_step(alone(("steps", step.key), part), step, known)


def _in_script(document: Document, script: Script, known: Around) -> list[Problem]:
    return list(_in_wordings(document, script, known))


def _in_wordings(document: Document, script: Script, known: Around) -> Iterator[Problem]:
    if not script.variants:
        yield document.problem("empty_script", ("variants",), script=script.key)
    if script.variants and not script.spoken:
        yield document.problem("nothing_approved", ("variants",), script=script.key)
    for variant in script.variants.values():
        place = ("variants", variant.key, "text")
        yield from in_text(document, variant.text, known, place)
        if not any(words.strip() for words in variant.text.values()):
            yield document.problem("empty_variant", place, variant=variant.key)
        for language, words in variant.text.items():
            if len(words) > MOST_SAID:
                many = str(len(words))
                yield document.problem("long_wording", (*place, language), many=many)
            if reason := problem_in(words):
                yield document.problem("bad_template", (*place, language), reason=reason)
            for path in variable_paths(words):
                yield from _in_placeholder(document, path, known, (*place, language))


def _in_placeholder(document: Document, path: str, known: Around, place: Path) -> Iterator[Problem]:
    root, _, name = path.partition(".")
    if root == "slot" and name not in known.slots:
        yield document.problem("unknown_slot", place, slot=path)
    elif root not in ("slot", *ROOTS) and not known.kind_of(path):
        yield document.problem("unknown_fact", place, fact=path)


def _reachable(start: str, ways: Ways) -> set[str]:
    """Name the steps that can be reached from the start."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key in ways and key not in reached:
            reached.add(key)
            waiting += ways[key]
    return reached


def _endless(flow: Flow, ways: Ways) -> list[str]:
    """Find steps that lead back to themselves without the visitor having a word."""
    quiet = {k for k, step in flow.steps.items() if not isinstance(step, Ask | End | Handover)}
    ahead = {key: quiet.intersection(ways[key]) for key in quiet}
    back: dict[str, set[str]] = {key: set() for key in quiet}
    for key, others in ahead.items():
        for to in others:
            back[to].add(key)
    # Without what leads nowhere, and then what nothing leads to, loops and ways between them stay.
    return sorted(_peeled(_peeled(quiet, ahead, back), back, ahead))


def _peeled(alive: set[str], ahead: Ends, back: Ends) -> set[str]:
    """Take away all that lead to none of those alive, and so on until nobody else does."""
    left = {key: len(ahead[key] & alive) for key in alive}
    gone = [key for key in alive if not left[key]]
    for key in gone:
        for other in back[key] & alive:
            left[other] -= 1
            if not left[other]:
                gone.append(other)
    return alive.difference(gone)
