"""One function for each kind of step: what it says, and where the walk goes on.

A step function takes the walk and its step, and returns the key of the next step, or None when
the visitor has the word (or a person has).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.book import FlowBook
from flows.conditions import holds
from flows.frozen import replace
from flows.model import Ask, Branch, Call, End, Handover, Request, Say, Set, Text, in_language
from flows.scripts import SayCard, Script, Variant
from flows.templates import nested, render
from runtime.engine import effects
from runtime.engine.answers import pick
from runtime.engine.marks import mark, wants_person
from runtime.engine.meeting import Met, expose, meets
from runtime.engine.session import Session
from runtime.engine.turn import Turn
from runtime.engine.variants import choose


@dataclass
class Walk:
    """One walk through a book: where the session stands now and what was wished for so far."""

    book: FlowBook
    session: Session
    turn: Turn
    wishes: list[effects.Effect] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        """Give everything conditions and placeholders may ask about right now."""
        slots = {f"slot.{name}": value for name, value in self.session.slots.items()}
        return {**self.turn.facts, **slots}

    def say(self, key: str, buttons: tuple[effects.Button, ...] = ()) -> None:
        """Say a script in the visitor's language, and note who saw which variant."""
        script = self.book.scripts.get(key)
        if script is None or not script.variants:  # Nothing to say, but something to tap.
            if buttons:
                self.wishes.append(effects.Say("", buttons))
            return
        chosen, met = self._chosen(script)
        variant = script.variants.get(chosen, Variant(""))
        text = self._filled_in(self._in_words(variant.text))
        card = self._card(variant.card, key) if variant.card else {}
        for words in map(self._in_words, variant.replies):
            buttons = (*buttons, effects.Button(words, words)) if words else buttons
        if text or buttons or card:
            self.wishes.append(effects.Say(text, buttons, key, chosen, card))
        if chosen:
            self.expose(key, chosen, met, script.goal)
            if not met.run and len(script.variants) > 1:
                assigned = {**self.session.assigned, key: chosen}
                self.session = replace(self.session, assigned=assigned)

    def _chosen(self, script: Script) -> tuple[str, Met]:
        """Choose a variant: the arm of an experiment, named with it, or as the script says."""
        session, spoken = self.session, script.spoken
        met = meets(session, self.turn, script.key, spoken)
        if met.arm in spoken:
            return met.arm, met
        before, weights = session.assigned.get(script.key, ""), self.turn.weights.get(script.key)
        chosen = choose(script, session.visitor, before, weights or {})
        return chosen, Met(held=met.held if not met.arm else "")

    def flow_for(self, flow: str) -> str:
        """Give the flow that begins for a visitor: an arm of an experiment, or itself."""
        met = meets(self.session, self.turn, f"flow.{flow}", self.book.flows)
        if met.arm in self.book.flows or (met.held and not met.arm):
            self.expose(f"flow.{flow}", met.arm or flow, met)
        return met.arm if met.arm in self.book.flows else flow

    def expose(self, subject: str, variant: str, met: Met, goal: str = "") -> None:
        """Note that the visitor saw something."""
        self.session, wishes = expose(self.session, self.turn, subject, variant, met, goal)
        self.wishes += wishes

    def mark(self, what: str) -> None:
        """Note what became of the visitor, for the experiments they are in."""
        self.session, wishes = mark(self.session, what)
        self.wishes += wishes

    def _in_words(self, text: Text) -> str:
        return in_language(text, self.session.lang, self.default_language)

    def _filled_in(self, text: str) -> str:
        return render(text, self._values()) if "{" in text else text

    def _card(self, card: SayCard, script: str) -> dict[str, str]:
        """Give a card as the widget shows it: filled in, without what is empty."""
        words = {
            name: self._filled_in(self._in_words(text))
            for name, text in (("title", card.title), ("text", card.text), ("label", card.label))
        }
        shown = {**words, "image": card.image, "url": card.url}
        kept = {name: value for name, value in shown.items() if value}
        return {"kind": "card", "script": script, **kept} if kept else {}

    @property
    def default_language(self) -> str:
        """Name the language spoken when the visitor's own is missing."""
        return self.book.workspace.languages[0]

    def _values(self) -> dict[str, Any]:
        values = nested(self.facts())
        if self.turn.coupon:
            coupon = self.turn.coupon
            title = in_language(coupon.title, self.session.lang, self.default_language)
            values["coupon"] = {"title": title, "amount": plain_number(coupon.amount)}
        return {name: _plain(value) for name, value in values.items()}


def plain_number(value: float) -> int | float:
    """Write 100.0 as 100."""
    return int(value) if float(value).is_integer() else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return plain_number(value) if isinstance(value, float) else value


def _say(walk: Walk, step: Say) -> str | None:
    walk.say(step.script)
    return step.next


def _ask(walk: Walk, step: Ask) -> str | None:
    if walk.turn.unheard and not step.slot:
        walk.turn = replace(walk.turn, unheard=False)
        to = pick(step, walk.turn, walk.session.flow)
        if to is not None:
            return to
    flow, *languages = place = walk.session.flow, walk.session.lang, walk.default_language
    buttons = step.offered.get(place)
    if buttons is None:
        buttons = step.offered[place] = tuple(
            effects.Button(in_language(choice.text, *languages), f"/{flow}.{step.key}.{number}")
            for number, choice in enumerate(step.choices)
        )
    # An answer that does not fit is asked for again in other words, where there are some.
    again = walk.session.tries > 0 and step.retry
    walk.say(step.retry if again else step.script, buttons)
    return None


def _branch(walk: Walk, step: Branch) -> str | None:
    facts = walk.facts()
    for case in step.cases:
        if holds(case.when, facts):
            return case.next
    return step.otherwise


def _set(walk: Walk, step: Set) -> str | None:
    slots = {**walk.session.slots, **_filled(walk, step.values)}
    walk.session = replace(walk.session, slots=slots)
    return step.next


def _filled(walk: Walk, given: Mapping[str, Any]) -> dict[str, Any]:
    values = nested(walk.facts())
    return {
        name: render(value, values) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _request(walk: Walk, step: Request) -> str | None:
    connector = walk.book.connectors.get(step.connector)
    if connector is None:
        return unanswered(walk, step)
    session, now = walk.session, walk.turn.now
    key = f"{session.visitor}:{session.flow}.{step.key}:{int(now * 1000)}"
    walk.session = replace(session, asked=key, asked_at=now)
    sent = _filled(walk, step.send)
    said = walk.turn.text, walk.turn.intent
    asked = effects.AskSystem(connector, session.flow, step.key, sent, session.slots, *said, key)
    walk.wishes.append(asked)
    return None


def unanswered(walk: Walk, step: Request) -> str:
    """Go on where another system did not answer; with no such way the fallback script speaks."""
    if not step.otherwise:
        walk.say(walk.book.workspace.fallback)
    return step.otherwise


def _call(walk: Walk, step: Call) -> str | None:
    session = walk.session
    stack = (*session.stack, (session.flow, step.next))
    if step.flow not in walk.book.flows or len(stack) > 8:
        return step.next
    flow = walk.flow_for(step.flow)
    walk.session = replace(walk.session, flow=flow, stack=stack)
    return walk.book.flows[flow].start


def _handover(walk: Walk, step: Handover) -> str | None:
    hand_over(walk, step.queue, step.reason)
    return None


def hand_over(walk: Walk, queue: str, reason: str) -> None:
    """Put the visitor into a queue for a person."""
    if walk.session.desk:
        return
    walk.session, wishes = wants_person(walk.session)
    walk.wishes += wishes
    walk.session = replace(walk.session, desk="waiting", queue=queue, reason=reason, agent="")
    walk.wishes.append(effects.HandOver(queue, reason))


def _end(walk: Walk, _step: End) -> str | None:
    return ""


STEPS: dict[str, Callable[[Walk, Any], str | None]] = {
    "say": _say,
    "ask": _ask,
    "branch": _branch,
    "set": _set,
    "request": _request,
    "call": _call,
    "handover": _handover,
    "end": _end,
}
