"""Flow, step, link, choice: what a dialogue is, as frozen dataclasses.

Each kind of step is one small class; `links` names every way out of it by port, so that drawing,
checking and walking need to know nothing else about kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

from flows.conditions import Condition

Text: TypeAlias = Mapping[str, str]
"""A text by language; the key "" holds a text that is the same in every language."""


def in_language(text: Text, language: str, default: str = "") -> str:
    """Choose the text for a language: itself, its family (`zh` for `zh-CN`), the default, any."""
    if language in text:
        return text[language]
    family = language.split("-", maxsplit=1)[0]
    for wanted in ("", family, default):
        if wanted in text:
            return text[wanted]
    for name, words in text.items():
        if name.split("-")[0] == family:
            return words
    return next(iter(text.values()), "")


@dataclass(frozen=True)
class Link:
    """A possible move to another step; `to` is empty where nobody drew it yet."""

    port: str
    to: str


@dataclass(frozen=True)
class Choice:
    """One button of an ask."""

    text: Text
    next: str


@dataclass(frozen=True)
class Expect:
    """What a free answer must look like: text, number, pattern, one_of, or name an entity."""

    kind: str = "text"
    least: float | None = None
    most: float | None = None
    pattern: str = ""
    one_of: tuple[str, ...] = ()
    entity: str = ""


@dataclass(frozen=True)
class Say:
    """Says a script and goes on."""

    kind: ClassVar[str] = "say"
    key: str
    script: str
    next: str = ""
    title: Text = field(default_factory=dict)

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        return (Link("next", self.next),)


@dataclass(frozen=True)
class Ask:
    """Says a script and waits for an answer: a choice, an intent or a slot's value."""

    kind: ClassVar[str] = "ask"
    key: str
    script: str
    choices: tuple[Choice, ...] = ()
    intents: Mapping[str, str] = field(default_factory=dict)
    slot: str = ""
    expect: Expect = field(default_factory=Expect)
    retries: int = 2
    retry: str = ""
    next: str = ""
    otherwise: str = ""
    title: Text = field(default_factory=dict)

    @cached_property
    def offered(self) -> dict[tuple[str, str, str], tuple[Any, ...]]:
        """Keep its buttons, by flow, language and default: each visitor gets the same ones."""
        return {}

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        links = [Link(f"choices.{i}", choice.next) for i, choice in enumerate(self.choices)]
        links += [Link(f"intents.{intent}", to) for intent, to in self.intents.items()]
        if self.slot:
            links.append(Link("next", self.next))
        return (*links, Link("otherwise", self.otherwise))


@dataclass(frozen=True)
class Case:
    """One way of a branch."""

    when: Condition
    next: str


@dataclass(frozen=True)
class Branch:
    """Goes the first way whose condition holds."""

    kind: ClassVar[str] = "branch"
    key: str
    cases: tuple[Case, ...] = ()
    otherwise: str = ""
    title: Text = field(default_factory=dict)

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        cases = tuple(Link(f"branch.{i}", case.next) for i, case in enumerate(self.cases))
        return (*cases, Link("otherwise", self.otherwise))


@dataclass(frozen=True)
class Set:
    """Remembers values in slots; a text may hold placeholders."""

    kind: ClassVar[str] = "set"
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    next: str = ""
    title: Text = field(default_factory=dict)

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        return (Link("next", self.next),)


@dataclass(frozen=True)
class Call:
    """Walks another flow and comes back."""

    kind: ClassVar[str] = "call"
    key: str
    flow: str
    next: str = ""
    title: Text = field(default_factory=dict)

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        return (Link("next", self.next),)


@dataclass(frozen=True)
class Request:
    """Asks another system; its answer fills slots. `otherwise` is for no answer or a bad one."""

    kind: ClassVar[str] = "request"
    key: str
    connector: str
    send: Mapping[str, Any] = field(default_factory=dict)
    next: str = ""
    otherwise: str = ""
    title: Text = field(default_factory=dict)

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        return (Link("next", self.next), Link("otherwise", self.otherwise))


@dataclass(frozen=True)
class Handover:
    """Gives the conversation to a person; `next` is where it goes on when they hand it back."""

    kind: ClassVar[str] = "handover"
    key: str
    queue: str = "service"
    reason: str = ""
    next: str = ""
    title: Text = field(default_factory=dict)

    @property
    def links(self) -> tuple[Link, ...]:
        """Name every way out."""
        return (Link("next", self.next),)


@dataclass(frozen=True)
class End:
    """Ends the flow."""

    kind: ClassVar[str] = "end"
    key: str
    title: Text = field(default_factory=dict)
    links: ClassVar[tuple[Link, ...]] = ()


Step: TypeAlias = Say | Ask | Branch | Set | Request | Call | Handover | End
KINDS: tuple[type[Step], ...] = (Say, Ask, Branch, Set, Request, Call, Handover, End)
KIND_NAMES = tuple(kind.kind for kind in KINDS)
OPTIONAL_PORTS = {("handover", "next"), ("request", "otherwise")}
"""Ports that may stay unlinked."""


Place: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Note:
    """A sticky note on the canvas; it says nothing to visitors. Sizes are in canvas units."""

    key: str
    text: str = ""
    at: Place = (0.0, 0.0)
    size: Place = (220.0, 120.0)
    color: str = "yellow"


NOTE_COLORS = ("yellow", "green", "blue", "pink", "grey")


@dataclass(frozen=True)
class Line:
    """One line of a recorded talk: what is done, or what is expected, and with what."""

    do: str
    value: str


@dataclass(frozen=True)
class Talk:
    """A talk kept as a test of its flow; `facts` are what is known when it begins."""

    name: str
    lines: tuple[Line, ...] = ()
    lang: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


DOES = ("visitor", "choose", "skip")
"""Lines that do something: the visitor writes, picks a choice (`step.number`), time goes by."""
EXPECTS = ("says", "at", "queue")
"""Lines that expect: a script was said, the talk waits at a step, a person of a queue is asked."""


@dataclass(frozen=True)
class Flow:
    """A dialogue as a graph of steps, where its cards stand, and the talks that test it."""

    key: str
    start: str = ""
    title: Text = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    layout: Mapping[str, Place] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    tests: tuple[Talk, ...] = ()
