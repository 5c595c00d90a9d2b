"""What is wrong with rules: unknown facts and targets, failing tests, marketing without a limit."""

from collections.abc import Iterator, Mapping, Sequence

from flows.book import FlowBook
from flows.check import condition_problems, set_of, slots_of
from flows.problems import Problem
from flows.yaml_text import Document
from rules.analysis import find_odd
from rules.facts import FACT_KINDS
from rules.model import MESSAGE, Rule
from rules.simulate import passes

SPEAKING = ("send_script", "push_coupon")


def find_problems(
    rules: Sequence[Rule], documents: Mapping[str, Document], book: FlowBook
) -> list[Problem]:
    """Name everything wrong with the rules of a workspace."""
    problems = [problem for document in documents.values() for problem in document.problems]
    for rule in rules:
        document = documents[f"rules/{rule.key}.yaml"]
        problems += _in_rule(rule, document, book)
        for odd in find_odd(rule, rules):
            problems.append(document.problem(odd.code, ("when",), other=odd.other))
        if not document.problems:
            problems += _in_tests(rule, document)
    return sorted(set_of(problems), key=lambda p: (p.file, p.line, p.column, p.code))


def _in_rule(rule: Rule, document: Document, book: FlowBook) -> Iterator[Problem]:
    slots = slots_of(book)
    yield from condition_problems(document, rule.when, FACT_KINDS, slots, ("when",))
    found = {"send_script": book.scripts, "push_coupon": book.workspace.coupons}
    for i, deed in enumerate(rule.then):
        known: Mapping[str, object] = found.get(deed.do, book.flows)
        if deed.target and deed.target not in known:
            code = {"send_script": "unknown_script", "push_coupon": "unknown_coupon"}
            name = code.get(deed.do, "unknown_flow")
            said = {name.removeprefix("unknown_"): deed.target}
            yield document.problem(name, ("then", i), **said)
    intent = rule.trigger.where.get("intent")
    if rule.trigger.event == MESSAGE and isinstance(intent, str) and intent not in book.intents:
        yield document.problem("unknown_intent", ("trigger", "where", "intent"), intent=intent)
    unlimited = rule.limits.cooldown is None and rule.limits.per_session is None
    unlimited = unlimited and rule.limits.per_visitor is None
    speaks = any(deed.do in SPEAKING for deed in rule.then)
    if speaks and unlimited and rule.trigger.event != MESSAGE:
        yield document.problem("no_limit", ("limits",), rule=rule.key)


def _in_tests(rule: Rule, document: Document) -> Iterator[Problem]:
    for i, right in enumerate(passes(rule)):
        if not right:
            expected = "fires" if rule.tests[i].fires else "silent"
            yield document.problem("test_fails", ("tests", i), number=i + 1, expected=expected)
