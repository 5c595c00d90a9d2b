"""A set of files, read as a whole: what they mean, and everything that is wrong with them.

Needs neither database nor Redis, so that `dialoom check` starts quickly.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flows import check_experiments
from flows.book import Files, FlowBook, open_book
from flows.check import find_problems
from flows.problems import Problem
from flows.yaml_text import Document
from rules import check as rule_check
from rules.deeds import set_by
from rules.facts import FACT_KINDS
from rules.model import Rule
from rules.segments import Segments, kinds_of, read_segments
from rules.yaml_text import read_rules
from runtime.nlu.entities import read_entities
from runtime.nlu.training import Example, read_rasa

MOST_INTENTS = 1_000  # Twenty seconds to train with two sentences each.
MOST_EXAMPLES = 50_000


@dataclass(frozen=True)
class Compiled:
    """A set of files, read: what they mean, and everything that is wrong with them."""

    book: FlowBook
    rules: list[Rule]
    segments: Segments
    documents: Mapping[str, Document]
    examples: list[Example]
    problems: list[Problem]


def compile_files(files: Files) -> Compiled:
    """Read a whole workspace and name everything wrong with it; never fails."""
    return _compiled(tuple(sorted(files.items())))


def check_files(files: Files) -> Compiled:
    """Read a workspace with a text that is only being typed: it is gone with the next letter."""
    return _compiled.__wrapped__(tuple(sorted(files.items())))


def manners_of(rule: Rule) -> str:
    """Say what a rule may do to a visitor: its group, and whether it leads them somewhere."""
    kinds = {deed.do for deed in rule.then}
    leads = sorted(kinds & {"start_flow", "handover", "escalate"})
    return " ".join((rule.limits.group, *leads))


@lru_cache(maxsize=6)
def _compiled(items: tuple[tuple[str, str], ...]) -> Compiled:
    files = dict(items)
    examples, nlu_problems = read_examples(files)
    intents = frozenset(example.intent for example in examples)
    book = open_book(files, intents, read_entities(files).names)
    segments, their_documents = read_segments(files)
    rules, documents = read_rules(files)
    documents |= their_documents
    facts = FACT_KINDS | kinds_of(segments) | set_by(rules)
    problems = nlu_problems + find_problems(book, facts)
    problems += check_experiments.find_problems(book, facts, {r.key: manners_of(r) for r in rules})
    problems += rule_check.find_problems(rules, documents, book, segments)
    return Compiled(book, rules, segments, documents, examples, problems)


def read_examples(files: Files) -> tuple[list[Example], list[Problem]]:
    """Read every training file of a workspace."""
    examples: list[Example] = []
    problems = []
    for path in sorted(files):
        if path.startswith("nlu/"):
            try:
                examples += _examples(files[path])
            except ValueError as error:
                said = {"reason": str(error)}
                problems.append(Problem("bad_training_file", path, 1, 1, values=said))
            kept = _as_many_as_are_taught(examples)
            if len(kept) < len(examples):
                limits = {"intents": str(MOST_INTENTS), "sentences": str(MOST_EXAMPLES)}
                problems.append(Problem("too_much_to_teach", path, 1, 1, values=limits))
                return kept, problems
    return examples, problems


def _as_many_as_are_taught(examples: list[Example]) -> list[Example]:
    """Leave out what would keep a publish waiting for minutes."""
    intents = list(dict.fromkeys(example.intent for example in examples))
    if len(intents) <= MOST_INTENTS:
        return examples[:MOST_EXAMPLES]
    taught = set(intents[:MOST_INTENTS])
    return [example for example in examples if example.intent in taught][:MOST_EXAMPLES]


@lru_cache(maxsize=64)
def _examples(text: str) -> list[Example]:
    return read_rasa(text)
