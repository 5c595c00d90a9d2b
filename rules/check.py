"""What is wrong with rules: unknown facts and targets, failing tests, marketing without a limit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from flows.book import FlowBook
from flows.check import set_of
from flows.check_steps import Around, around, in_condition
from flows.problems import Problem
from flows.remembering import Memory
from flows.yaml_text import Document, Path
from rules.analysis import Finding, emit_loops, find_all_odd
from rules.arbiter import MARKETING
from rules.deeds import GIVES, SPEAKING, TARGETS, set_by
from rules.facts import FACT_KINDS
from rules.model import MESSAGE, Count, Deed, Rule, Trigger
from rules.segments import Segments, kinds_of
from rules.simulate import passes

_ODD: Memory[list[list[Finding]]] = Memory(8)
_RULES: Memory[list[Problem]] = Memory(2048)
_TESTS: Memory[list[Problem]] = Memory(2048)


def find_problems(
    rules: Sequence[Rule],
    documents: Mapping[str, Document],
    book: FlowBook,
    segments: Segments = (),
) -> list[Problem]:
    """Name everything wrong with the rules of a workspace, and with its segments."""
    problems = [problem for document in documents.values() for problem in document.problems]
    known = around(book, FACT_KINDS | kinds_of(segments) | set_by(rules))
    problems += _in_segments(segments, documents, around(book, FACT_KINDS))
    loops = emit_loops(rules)
    odd = _ODD.recall(tuple(rules), lambda: find_all_odd(rules))
    for rule, findings in zip(rules, odd, strict=True):
        document = documents[f"rules/{rule.key}.yaml"]
        look = partial(_in_rule, rule, document, known)
        problems += _RULES.recall((rule, document, known), look)
        problems += [document.problem(f.code, f.place, **f.values) for f in findings]
        if rule.key in loops:
            said = {"rule": rule.key, "other": loops[rule.key]}
            problems.append(document.problem("emit_loop", ("then",), **said))
        if not document.problems:
            look = partial(_in_tests, rule, document, segments)
            problems += _TESTS.recall((rule, document, segments), look)
    return sorted(set_of(problems), key=lambda p: (p.file, p.line, p.column, p.code))


def _in_segments(
    segments: Segments, documents: Mapping[str, Document], known: Around
) -> Iterator[Problem]:
    """Name what is wrong with segments; a segment asks for no slot and for no other segment."""
    outside = replace(known, slots=frozenset())
    for segment in segments:
        document = documents[f"segments/{segment.key}.yaml"]
        yield from in_condition(document, segment.when, outside, ("when",))


def _in_rule(rule: Rule, document: Document, known: Around) -> list[Problem]:
    counts = frozenset((count.name, "number") for count in rule.counts)
    counting = replace(known, facts=known.facts | counts) if counts else known
    problems = list(in_condition(document, rule.when, counting, ("when",)))
    deeds = [("then", i, deed) for i, deed in enumerate(rule.then)]
    deeds += [("else", i, deed) for i, deed in enumerate(rule.otherwise)]
    for branch, i, deed in deeds:
        if deed.target and not _is_there(deed, known):
            kind = TARGETS[deed.do]
            problems.append(document.problem(f"unknown_{kind}", (branch, i), **{kind: deed.target}))
        elif deed.do == "webhook" and deed.target in known.silent:
            said = {"connector": deed.target}
            problems.append(document.problem("connector_without_address", (branch, i), **said))
    heard: list[tuple[Trigger | Count, Path]] = [(rule.trigger, ("trigger", "where", "intent"))]
    heard += [(count, ("when",)) for count in rule.counts]
    for one, place in heard:
        asked = one.where.get("intent") if one.event == MESSAGE else None
        for intent in asked if isinstance(asked, list) else [asked]:
            if isinstance(intent, str) and intent not in known.intents:
                problems.append(document.problem("unknown_intent", place, intent=intent))
    unlimited = rule.limits.cooldown is None and rule.limits.per_session is None
    unlimited = unlimited and rule.limits.per_visitor is None
    # An answer to a message is wanted every time; what costs money or advertises is not.
    answers = rule.trigger.event == MESSAGE and rule.limits.group != MARKETING
    needing = tuple(GIVES) if answers else SPEAKING
    speaks = any(deed.do in needing for _branch, _i, deed in deeds)
    if speaks and unlimited:
        problems.append(document.problem("no_limit", ("limits",), rule=rule.key))
    return problems


def _is_there(deed: Deed, known: Around) -> bool:
    if deed.do in GIVES:
        return dict(known.coupons).get(deed.target) == GIVES[deed.do]
    there = {"send_script": known.scripts, "start_flow": known.flows}
    there["webhook"] = known.connectors
    return deed.do not in there or deed.target in there[deed.do]


def _in_tests(rule: Rule, document: Document, segments: Segments) -> list[Problem]:
    problems = []
    for i, right in enumerate(passes(rule, segments)):
        if not right:
            said = {"number": str(i + 1), "expected": "fires" if rule.tests[i].fires else "silent"}
            problems.append(document.problem("test_fails", ("tests", i), **said))
    return problems
