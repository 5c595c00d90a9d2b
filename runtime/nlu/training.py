"""Training examples in and out, and how well a model does on them.

The format is Rasa's own (NLU YAML 3.1), so one file trains the embedded classifier and a Rasa
process alike; CSV is there because examples are often kept in a spreadsheet.
"""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from runtime.nlu.understanding import Understanding

LARGEST = 8 * 1024 * 1024  # Bytes of a file.
DEEPEST = 30  # Levels of YAML.
MOST_CONFUSIONS = 20

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# [iPhone](product), [iPhone]{"entity": "product"} and [iPhone][{"entity": …}, {"entity": …}]
_ANNOTATION = re.compile(r"\[([^\[\]]+)\](?:\([^()\[\]]+\)|\{[^{}]+\}|\[\s*\{[^\[\]]+\}\s*\])")
_LOOKS_ANNOTATED = re.compile(r"\](?=[({\[])")
_NOT_IN_YAML = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_PLAIN_NAME = re.compile(r"[A-Za-z][\w/-]*", re.ASCII)


@dataclass(frozen=True)
class Example:
    """One sentence, and what the visitor wants by it."""

    text: str
    intent: str


@dataclass(frozen=True)
class IntentScore:
    """How well one intent is recognised; `size` counts its examples."""

    intent: str
    precision: float
    recall: float
    f1: float
    size: int


@dataclass(frozen=True)
class Confusion:
    """How often one intent was taken for another; `predicted` is empty when none was found."""

    expected: str
    predicted: str
    count: int


@dataclass(frozen=True)
class Evaluation:
    """How well a model does; intents by name, confusions with the most frequent first."""

    size: int
    accuracy: float
    macro_f1: float
    intents: tuple[IntentScore, ...]
    confusions: tuple[Confusion, ...]


class BadTable(ValueError):
    """A table cannot be read: why as a code, and at which line where it is about one."""

    def __init__(self, code: str, said: str, line: int = 0) -> None:
        super().__init__(said)
        self.code, self.line = code, line


class Classifier(Protocol):
    """Anything that understands a text."""

    def parse(self, text: str) -> Understanding:
        """Understand a text."""


def read_file(path: Path) -> list[Example]:
    """Read a .yml, .yaml or .csv file; ValueError says what is wrong with it."""
    readers = {".yml": read_rasa, ".yaml": read_rasa, ".csv": read_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise ValueError(f"{path.name}: training files end in .yml, .yaml or .csv")
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    _refuse_large(len(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name} is not UTF-8: {error.reason}") from error
    return reader(text)


def read_rasa(text: str) -> list[Example]:
    """Read the intents of a Rasa NLU file; entities become their surface text, the rest is skipped.

    Raises ValueError with the reason when the file is no such file.
    """
    _refuse_large(len(text.encode("utf-8", "surrogatepass")))
    document = _load(text)
    if not isinstance(document, dict) or not isinstance(document.get("nlu"), list):
        raise ValueError("there is no list called 'nlu' at the top")  # noqa: TRY004
    version = str(document.get("version", "3.1"))
    if version.partition(".")[0] not in {"2", "3"}:
        raise ValueError(f"version {version!r} is not known; 3.1 is")
    return [example for item in document["nlu"] for example in _examples_of(item)]


def read_csv(text: str) -> list[Example]:
    """Read rows below the header `text,intent`; more columns do no harm."""
    _refuse_large(len(text.encode("utf-8", "surrogatepass")))
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    examples = []
    try:
        if not {"text", "intent"} <= set(lines.fieldnames or ()):
            said = "the first line must name the columns text and intent"
            raise BadTable("no_columns", said)
        for row in lines:
            said, intent = (row["text"] or "").strip(), (row["intent"] or "").strip()
            if not said or not intent:
                line = lines.line_num
                raise BadTable("no_text", f"line {line} needs a text and an intent", line)
            examples.append(Example(said, intent))
    except csv.Error as error:
        line = lines.line_num
        raise BadTable("not_csv", f"line {line} is not CSV: {error}", line) from error
    return examples


def write_rasa(examples: Iterable[Example]) -> str:
    """Write a Rasa NLU file, intents in the order of their first example, each sentence once.

    Rasa has no way to escape an annotation: a sentence with `](` is written with a space between.
    """
    said: dict[str, dict[str, None]] = {}
    for example in examples:
        line = " ".join(_NOT_IN_YAML.sub(" ", example.text).split())
        if line and example.intent:
            said.setdefault(example.intent, {})[_LOOKS_ANNOTATED.sub("] ", line)] = None
    if not said:
        return 'version: "3.1"\nnlu: []\n'
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in said.items():
        lines += [f"- intent: {_yaml_name(intent)}", "  examples: |"]
        lines += [f"    - {line}" for line in texts]
    return "\n".join(lines) + "\n"


def plain(sentence: str) -> str:
    """Give a sentence of a Rasa file as a visitor writes it, without what it annotates."""
    return _ANNOTATION.sub(r"\1", sentence).strip()


def fingerprint(examples: Iterable[Example]) -> str:
    """Return a hash of the set of examples, whatever their order: 32 hexadecimal digits."""
    content = sorted({(example.intent, example.text) for example in examples})
    return hashlib.blake2b(json.dumps(content).encode(), digest_size=16).hexdigest()


def taught(files: Mapping[str, str]) -> str:
    """Return a hash of all that training files say, entities too: 32 hexadecimal digits.

    Comments and the order of files do not count; empty where there is nothing to learn.
    """
    said = [_said(files[path]) for path in sorted(files) if path.startswith("nlu/")]
    content = "\n".join(filter(None, sorted(said)))
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest() if content else ""


@lru_cache(maxsize=64)
def _said(text: str) -> str:
    try:
        document = _load(text)
    except ValueError:
        return ""
    items = document.get("nlu") if isinstance(document, dict) else None
    return json.dumps(items, sort_keys=True, default=str) if items else ""


def evaluate(model: Classifier, examples: Sequence[Example]) -> Evaluation:
    """Let a model parse examples it was not trained on, and count.

    The macro F1 is the mean over every intent that was expected or predicted.
    """
    return scored(Counter((one.intent, model.parse(one.text).intent) for one in examples))


def scored(pairs: Counter[tuple[str, str]]) -> Evaluation:
    """Count what was expected beside what was found."""
    size = pairs.total()
    expected, predicted = Counter[str](), Counter[str]()
    for (truth, guess), count in pairs.items():
        expected[truth] += count
        predicted[guess] += count
    intents = sorted((set(expected) | set(predicted)) - {""})
    scores = tuple(
        _score(intent, pairs[intent, intent], expected[intent], predicted[intent])
        for intent in intents
    )
    wrong = sorted((-count, *pair) for pair, count in pairs.items() if pair[0] != pair[1])
    worst = wrong[:MOST_CONFUSIONS]
    return Evaluation(
        size=size,
        accuracy=_share(sum(pairs[intent, intent] for intent in intents), size),
        macro_f1=_share(sum(score.f1 for score in scores), len(scores)),
        intents=scores,
        confusions=tuple(Confusion(truth, guess, -n) for n, truth, guess in worst),
    )


def _refuse_large(size: int) -> None:
    if size > LARGEST:
        raise ValueError(f"the file is larger than {LARGEST // 1024 // 1024} MiB")


def _load(text: str) -> Any:
    try:
        # The loader in C dies on thousands of open brackets, so its events are counted first.
        if _depth(text) <= DEEPEST:
            return yaml.load(text, Loader=_LOADER)  # noqa: S506  # It is the safe loader, in C.
    except (yaml.YAMLError, ValueError) as error:
        raise ValueError(f"this file cannot be read: {error}") from error
    raise ValueError(f"this file has more than {DEEPEST} levels")


def _depth(text: str) -> int:
    """Return the depth of the deepest level, or of the first one that is too deep."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            deepest = max(deepest, depth)
            if depth > DEEPEST:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return deepest


def _examples_of(item: Any) -> Iterator[Example]:
    """Yield the examples of one entry; synonyms, lookups and regexes have no intent."""
    if not isinstance(item, dict):
        raise ValueError(f"an entry of 'nlu' is not a mapping: {str(item)[:40]!r}")  # noqa: TRY004
    if "intent" not in item:
        return
    intent = item["intent"]
    if not isinstance(intent, str) or not intent.strip():
        raise ValueError(f"the intent {intent!r} is not a text; put its name in quotes")
    for line in _lines_of(intent, item.get("examples")):
        text = plain(line)
        if text:
            yield Example(text, intent.strip())


def _lines_of(intent: str, examples: Any) -> Iterator[str]:
    """Yield the sentences of both shapes Rasa knows: a block of dashes, or a list of `text`."""
    if isinstance(examples, list):
        for entry in examples:
            if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
                raise ValueError(f"intent {intent}: a listed example needs a 'text'")  # noqa: TRY004
            yield entry["text"].strip().removeprefix("- ")
        return
    if not isinstance(examples, str):
        raise ValueError(f"intent {intent}: 'examples: |' with a sentence a line is missing")  # noqa: TRY004
    for line in filter(None, map(str.strip, examples.split("\n"))):
        if not line.startswith("-"):
            raise ValueError(f"intent {intent}: the line {line[:40]!r} does not start with '- '")
        yield line[1:]


def _yaml_name(intent: str) -> str:
    """Quote a name that YAML would read as something else, `yes` and `10086` among them."""
    if _PLAIN_NAME.fullmatch(intent) and yaml.safe_load(intent) == intent:
        return intent
    return json.dumps(intent)


def _score(intent: str, right: int, expected: int, predicted: int) -> IntentScore:
    f1 = _share(2 * right, expected + predicted)
    return IntentScore(intent, _share(right, predicted), _share(right, expected), f1, expected)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
