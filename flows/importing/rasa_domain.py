"""A Rasa project's files to responses, slots and forms, whichever version wrote them.

A domain may be split over many files; every YAML file with a part of it is joined here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flows.importing.imported import MOST_BYTES, NotReadable, clean
from flows.yaml_text import read

MOST_FILES = 2_000
Raw: TypeAlias = Mapping[str, Any]
DOMAIN = frozenset({"responses", "templates", "slots", "forms"})
# Rasa writes stories it failed on beside the ones it learns from; test stories are no training.
_NOT_TRAINING = re.compile(r"(^|/)(tests?|results?|models?|\.rasa|e2e_tests)/|(^|/)test_[^/]*$")
_OLD = re.compile(r"(^|/)(data/.*|nlu|stories|rules|domain)\.(md|json)$|(^|/)data/.*\.(md|json)$")


@dataclass(frozen=True)
class Button:
    """One button of a response, and the intent or text it stands for."""

    title: str
    payload: str


@dataclass(frozen=True)
class Response:
    """One wording of a response."""

    text: str
    buttons: tuple[Button, ...] = ()
    is_exact: bool = True


@dataclass(frozen=True)
class Slot:
    """One slot: the type of its value, its bounds, and how Rasa fills it."""

    name: str
    kind: str = "text"
    values: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    mappings: tuple[Raw, ...] = ()


@dataclass(frozen=True)
class Domain:
    """Everything a Rasa project says and remembers."""

    responses: Mapping[str, tuple[Response, ...]] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, tuple[Raw, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Project:
    """The parsed files of a project by what they hold, and those that could not be read."""

    domains: tuple[Raw, ...] = ()
    talks: tuple[tuple[str, Raw], ...] = ()
    nlu: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    action_server: str = ""


def read_project(files: Mapping[str, bytes]) -> Project:
    """Sort a project's files by what they hold; NotReadable when there is nothing of Rasa's."""
    files = {path: files[path] for path in sorted(files) if not _NOT_TRAINING.search(path)}
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        raise NotReadable("too_big", most="8 MiB")
    domains: list[Raw] = []
    talks: list[tuple[str, Raw]] = []
    nlu: list[tuple[str, str]] = []
    unread: list[tuple[str, str]] = []
    action_server = ""
    for path in files:
        if not path.endswith((".yml", ".yaml")):
            unread += [(path, "old_format")] if _OLD.search(path) else []
            continue
        document = read(files[path], path)
        if not isinstance(document.value, dict):
            unread += [(path, document.problems[0].code)] if document.problems else []
            continue
        action_server = action_server or _address_in(document.value)
        domains += [document.value] if DOMAIN & document.value.keys() else []
        talks += [(path, document.value)] if {"stories", "rules"} & document.value.keys() else []
        if "nlu" in document.value:
            is_new = _is_training(document.value)
            nlu += [(path, files[path].decode())] if is_new else []
            unread += [] if is_new else [(path, "old_format")]
    if not domains and not talks:
        raise NotReadable("not_a_rasa_project")
    return Project(tuple(domains), tuple(talks), tuple(nlu), tuple(unread), action_server)


def _address_in(raw: Raw) -> str:
    """Give the address of the action server that `endpoints.yml` names."""
    url = text_of(mapping_of(raw.get("action_endpoint")).get("url"))
    return url[:500] if url.startswith(("http://", "https://")) else ""


def read_domain(project: Project) -> Domain:
    """Join the parts of a domain; what is of the wrong type is left out."""
    responses: dict[str, tuple[Response, ...]] = {}
    slots: dict[str, Slot] = {}
    forms: dict[str, Mapping[str, tuple[Raw, ...]]] = {}
    for raw in project.domains:
        for part in ("templates", "responses"):
            for name, value in mapping_of(raw.get(part)).items():
                responses[name] = tuple(_responses(value))
        for name, value in mapping_of(raw.get("slots")).items():
            slots[name] = _slot(name, mapping_of(value))
        forms |= dict(_forms(raw.get("forms")))
    known = {name: found or _asked(name, slots, responses) for name, found in forms.items()}
    return Domain(responses, slots, known)


def mapping_of(value: Any) -> Raw:
    """Take a mapping; anything else is empty."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Take a list; anything else is empty."""
    return value if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """Take a text or a number as text; anything else is empty."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value))


def number_of(value: Any) -> float | None:
    """Take a number of ordinary size; anything else is none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < 1e15 else None


def _is_training(raw: Raw) -> bool:
    """Say whether a file holds training examples as Rasa has written them since version 2."""
    items = raw.get("nlu")
    version = str(raw.get("version", "3.1")).partition(".")[0]
    if not isinstance(items, list) or version not in ("2", "3"):
        return False
    return all(isinstance(item, dict) and _is_example(item) for item in items)


def _is_example(item: Raw) -> bool:
    """Say whether an entry is one that our own reader of training files takes."""
    if "intent" not in item:
        return True
    examples = item.get("examples")
    if isinstance(examples, list):
        return all(isinstance(mapping_of(entry).get("text"), str) for entry in examples)
    lines = examples.split("\n") if isinstance(examples, str) else ["?"]
    named = isinstance(item["intent"], str) and bool(item["intent"].strip())
    return named and all(line.startswith("-") for line in filter(None, map(str.strip, lines)))


def _responses(value: Any) -> Iterator[Response]:
    for raw in value if isinstance(value, list) else [value]:
        if isinstance(raw, str):
            yield Response(clean(raw))
            continue
        inner = mapping_of(raw)
        address = text_of(inner.get("image")) or text_of(inner.get("attachment"))
        said = [text for text in (text_of(inner.get("text")), address) if text]
        buttons = tuple(
            Button(text_of(button.get("title")), text_of(button.get("payload")))
            for button in map(mapping_of, list_of(inner.get("buttons")))
            if text_of(button.get("title"))
        )
        if said or buttons:
            odd = ("condition", "custom", "channel", "elements", "attachment")
            yield Response("\n".join(said), buttons, not any(name in inner for name in odd))


def _slot(name: str, raw: Raw) -> Slot:
    bounds = (number_of(raw.get("min_value")), number_of(raw.get("max_value")))
    values = tuple(filter(None, map(text_of, list_of(raw.get("values")))))
    mappings = tuple(map(mapping_of, list_of(raw.get("mappings"))))
    return Slot(name, text_of(raw.get("type")) or "text", values, *bounds, mappings)


def _forms(value: Any) -> Iterator[tuple[str, Mapping[str, tuple[Raw, ...]]]]:
    """Read forms of every version: a list of names, or slots with mappings, with or without."""
    if isinstance(value, list):
        for item in value:
            inner = mapping_of(item)
            yield from _forms(inner) if inner else ((name, {}) for name in (text_of(item),) if name)
    for name, raw in mapping_of(value).items():
        slots = raw.get("required_slots", raw) if isinstance(raw, dict) else {}
        if isinstance(slots, list):
            yield name, {slot: () for slot in map(text_of, slots) if slot}
        else:
            slots = mapping_of(slots)
            yield name, {s: _mappings(slots[s]) for s in slots if s != "ignored_intents"}


def _asked(
    form: str, slots: Mapping[str, Slot], responses: Mapping[str, Any]
) -> Mapping[str, tuple[Raw, ...]]:
    """Guess what a form asks for that keeps its slots in code: whatever there are words for."""
    words = (f"utter_ask_{form}_", "utter_ask_")
    return {slot: () for slot in slots if any(f"{word}{slot}" in responses for word in words)}


def _mappings(value: Any) -> tuple[Raw, ...]:
    items: Sequence[Any] = value if isinstance(value, list) else [value]
    return tuple(filter(None, map(mapping_of, items)))
