"""Carries out the effects the engine asked for: each becomes part of one commit.

What stays with us (lines, counts, timers, the desk) is committed as it is. What reaches other
systems becomes an outbox entry with an idempotency key, and is delivered by the relay.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flows.frozen import replace
from flows.model import in_language
from rules.deciding import record_of
from runtime.engine import effects
from runtime.engine.effects import Effect
from runtime.engine.session import Session
from runtime.messages import Message, Reply, line_of
from runtime.store import keys
from runtime.store.counting import COUNTED, counted, counts_after, credited
from runtime.store.sessions import Commit
from runtime.thinking import Thought

CONNECTORS = {"json": "http_json", "rasa": "rasa_actions"}
"""Which plugin speaks the language of another system."""


def plan(before: Session, thought: Thought, message: Message, now: float) -> Commit:
    """Turn a thought into everything its commit writes."""
    commit = Commit(thought.session, now=now)
    book = _Writer(commit, message, int(now * 1000), thought.release)
    book.incoming(thought)
    for wish in thought.effects:
        book.carry_out(wish)
    if commit.lines:
        commit.session = replace(thought.session, seq=before.seq + len(commit.lines))
    for number, line in enumerate(commit.lines, before.seq + 1):
        line["seq"] = number
    _set_timers(commit, before)
    if before.desk != commit.session.desk and "" in (before.desk, commit.session.desk):
        commit.desk = "join" if commit.session.desk else "leave"
    return commit


class _Writer:
    """Writes lines, events, counts and outbox entries of one commit."""

    def __init__(self, commit: Commit, message: Message, at: int, release: int) -> None:
        self.commit, self.message, self.at, self.release = commit, message, at, release
        self.visitor = commit.session.visitor

    def line(self, reply: Reply) -> None:
        line = line_of(reply)
        line["at"] = self.at
        self.commit.lines.append(line)

    def event(self, name: str, **data: Any) -> None:
        event = {"name": name, "visitor": self.visitor, "at": self.at / 1000, "data": data}
        event["release"] = self.release
        self.commit.events.append(event)

    def incoming(self, thought: Thought) -> None:
        """Write down what reached us."""
        message = self.message
        if message.kind == "message":
            given = "" if message.id.startswith(keys.OF_OURS) else message.id
            self.line(Reply(message.text, "visitor", id=given))
            found = thought.understanding
            said = {"text": message.text[:1000], "channel": message.channel}
            self.event(
                "message",
                **said,
                engine=found.engine,
                intent=found.intent,
                confidence=round(found.confidence, 3),
                sentiment=found.sentiment,
                compound=found.compound,
                anger=found.anger,
            )
        elif message.kind == "event":
            event = message.data["event"]
            # What we write ourselves is told from what a page may call alike.
            name = f"{event.name} (reported)" if event.name in COUNTED else event.name
            self.event(name, properties=dict(event.properties), sent=event.sent)
        elif message.kind == "agent_says":
            agent = str(message.data.get("agent", ""))
            self.line(Reply(message.text, "agent", id=message.id, agent=agent))
            self.event("agent_said", text=message.text[:1000], agent=agent)
        elif message.kind == "coupon":
            self.line(Reply("", card=dict(message.data["card"])))
            self.event("coupon_given", coupon=message.data["coupon"], key=message.id)

    def carry_out(self, wish: Effect) -> None:
        """Write down one effect."""
        _WRITES[type(wish)](self, wish)

    def enter(self, wish: effects.Enter) -> None:
        self.event("entered", flow=wish.flow, step=wish.step)

    def hand_over(self, wish: effects.HandOver) -> None:
        self.event("handover", queue=wish.queue, reason=wish.reason)

    def decide(self, wish: effects.Decide) -> None:
        self.event("decided", **record_of(wish.decision))

    def note(self, wish: effects.Note) -> None:
        self.event(wish.name, **dict(wish.data))

    def say(self, wish: effects.Say) -> None:
        script, variant = wish.script, wish.variant
        said = Reply(wish.text, "bot", 0, 0, "", wish.buttons, wish.card, "", script, variant)
        self.line(said)
        self.event("said", script=script, variant=variant)

    def count(self, wish: effects.Expose | effects.Click | effects.Mark) -> None:
        name, said = counted(wish)
        self.commit.counts += counts_after(name, said, self.at / 1000)
        self.event(name, **said)

    def convert(self, wish: effects.Convert) -> None:
        said = credited(wish)
        counts = counts_after("converted", said, self.at / 1000)
        if wish.order:
            once = {"key": keys.order(wish.order), "ttl": keys.ORDER_TTL, "counts": counts}
            self.commit.once.append(once | {"value": wish.value})
        else:
            self.commit.counts += counts
        self.event("converted", **said)

    def refund(self, wish: effects.Refund) -> None:
        undo = {"key": keys.order(wish.order), "ttl": keys.ORDER_TTL, "total": wish.total}
        self.commit.undo.append(undo)
        self.event("refunded", order=wish.order, total=wish.total)

    def push_coupon(self, wish: effects.PushCoupon) -> None:
        session, coupon = self.commit.session, wish.coupon
        last = session.exposures[-1].script if session.exposures else ""
        card = {
            "kind": coupon.kind,
            "title": in_language(coupon.title, session.lang),
            "amount": coupon.amount,
            "expires": int(wish.expires * 1000),
            "url": coupon.url,
            "script": last,
        }
        arguments = {"visitor": session.visitor, "coupon": coupon.key, "expires": wish.expires}
        entry = {"connector": "coupons", "key": wish.key, "arguments": arguments}
        self.commit.outbox.append(entry | {"visitor": session.visitor, "card": card})

    def ask_system(self, wish: effects.AskSystem) -> None:
        connector = wish.connector
        arguments = {
            "url": connector.url,
            "seconds": connector.seconds,
            "send": dict(wish.send),
            "fill": dict(connector.fill),
            "slots": dict(wish.slots),
            "visitor": self.commit.session.visitor,
            "step": f"{wish.flow}.{wish.step}",
            "text": wish.text[:1000],
            "intent": wish.intent,
        }
        entry = {"connector": CONNECTORS[connector.speaks], "key": wish.key}
        visitor = self.commit.session.visitor
        self.commit.requests.append({**entry, "visitor": visitor, "arguments": arguments})
        self.event("asked", connector=connector.key, flow=wish.flow, step=wish.step)

    def notify(self, wish: effects.Notify) -> None:
        said = {"text": wish.text, "rule": wish.rule}
        notice = {"visitor": self.commit.session.visitor, "at": self.at / 1000}
        self.commit.notices.append(notice | said)
        self.event("notified", **said)

    def tell_system(self, wish: effects.TellSystem) -> None:
        visitor, connector = self.commit.session.visitor, wish.connector
        known = {name: value for name, value in wish.facts.items() if value is not None}
        data = {"visitor": visitor, "rule": wish.rule, "facts": known}
        when = datetime.fromtimestamp(self.at / 1000, UTC).isoformat(timespec="milliseconds")
        body = {"type": "rule.fired", "timestamp": when, "data": data}
        place = {"connector": connector.key, "url": connector.url, "seconds": connector.seconds}
        entry = {"key": wish.key, **place, "visitor": visitor, "body": body, "since": self.at}
        self.commit.hooks.append(entry | {"release": self.release, "tries": 0})


_WRITES: dict[type, Callable[[_Writer, Any], None]] = {
    effects.Say: _Writer.say,
    effects.Enter: _Writer.enter,
    effects.Expose: _Writer.count,
    effects.Click: _Writer.count,
    effects.Mark: _Writer.count,
    effects.Convert: _Writer.convert,
    effects.Refund: _Writer.refund,
    effects.PushCoupon: _Writer.push_coupon,
    effects.AskSystem: _Writer.ask_system,
    effects.TellSystem: _Writer.tell_system,
    effects.Notify: _Writer.notify,
    effects.HandOver: _Writer.hand_over,
    effects.Decide: _Writer.decide,
    effects.Note: _Writer.note,
}
"""How each effect is written down."""


def _set_timers(commit: Commit, before: Session) -> None:
    visitor = before.visitor
    old, new = before.rules.armed, commit.session.rules.armed
    shard = keys.timers(visitor)
    for rule, (generation, _) in old.items():
        if new.get(rule, (0, 0))[0] != generation:
            commit.disarm.append((shard, keys.timer(visitor, rule, generation)))
    for rule, (generation, at) in new.items():
        if old.get(rule, (0, 0))[0] != generation:
            member = keys.timer(visitor, rule, generation)
            # Rounded up: a timer claimed a fraction early would find nothing due.
            commit.arm.append((shard, member, int(at * 1000) + 1))
