"""Session: where one visitor stands. Everything a turn needs to remember, in one value.

It travels to Redis and back as JSON; unknown keys of an older or newer version are ignored.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from typing import Any

import orjson

from rules.facts import FACTS, VISITOR
from rules.mood import Mood
from rules.triggers import RuleState

_ALWAYS = frozenset({"visitor", "script", "variant", "goal", "at"})
LASTING = ("visitor.", "order.", "tag.", "seen.orders")
"""The facts that outlive a session begin like this."""


@dataclass(frozen=True)
class Exposure:
    """A visitor saw a variant of a script, last at `at`, first at `since`: seconds since 1970.

    `script` is `flow.…` or `rule.…` where a flow or a rule is tried out. `run` names the experiment
    they met it in, `marks` what became of them afterwards, `earlier` how many orders they had
    before, `group` the segment whose weights they got. `held` is `in` or `out`, where some visitors
    take part in no experiment.
    """

    script: str
    variant: str
    goal: str
    at: float
    clicked: bool = False
    since: float = 0.0
    run: str = ""
    marks: tuple[str, ...] = ()
    earlier: int = 0
    group: str = ""
    held: str = ""

    @cached_property
    def as_json(self) -> orjson.Fragment:
        """Give it as it stands in a session's JSON: most are the same from turn to turn."""
        said = _said(self)
        if said.get("since") == self.at:
            del said["since"]  # Seen once: it reads as that.
        return orjson.Fragment(orjson.dumps(said))


@dataclass(frozen=True)
class Session:
    """Where one visitor stands. `desk` is "", `waiting` or `agent`; `seq` counts lines.

    `assigned` names the variant of each script that has several, for as long as the visitor is
    known: weights that change reach only who has not seen it yet. `asked` is the key of what
    another system was asked and has not answered, since `asked_at`; `channel` is where they spoke
    last.
    """

    visitor: str
    release: int = 0
    flow: str = ""
    step: str = ""
    stack: tuple[tuple[str, str], ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    tries: int = 0
    lang: str = ""
    channel: str = ""
    desk: str = ""
    queue: str = ""
    reason: str = ""
    urgent: bool = False
    asked: str = ""
    asked_at: float = 0.0
    agent: str = ""
    messages: int = 0
    fallbacks: int = 0
    seq: int = 0
    assigned: Mapping[str, str] = field(default_factory=dict)
    exposures: tuple[Exposure, ...] = ()
    profile: Mapping[str, Any] = field(default_factory=dict)
    rules: RuleState = field(default_factory=RuleState)
    mood: Mood = field(default_factory=Mood)


_KNOWN = frozenset(field.name for field in fields(Session))
_OF_EXPOSURE = frozenset(field.name for field in fields(Exposure))
_USUAL = {
    type(one): {name: ... if name in _ALWAYS else value for name, value in one.__dict__.items()}
    for one in (Session(""), RuleState(), Exposure("", "", "", 0.0))
}


def to_values(session: Session) -> dict[str, Any]:
    """Give a session as plain values, ready for JSON."""
    return asdict(session)


def to_json(session: Session) -> bytes:
    """Give a session as JSON, without what says nothing: an absent key reads as its default."""
    values = _said(session)
    if session.exposures:
        values["exposures"] = [exposure.as_json for exposure in session.exposures]
    if "rules" in values:
        values["rules"] = _said(session.rules)
    return orjson.dumps(values)


def _said(value: Any) -> dict[str, Any]:
    kept, usual = value.__dict__, _USUAL[type(value)]
    return {
        name: kept[name]
        for name, empty in usual.items()
        if kept[name] is not empty and kept[name] != empty
    }


def from_values(values: Mapping[str, Any]) -> Session:
    """Read a session from plain values."""
    kept = {name: value for name, value in values.items() if name in _KNOWN}
    kept["stack"] = tuple((flow, step) for flow, step in kept.get("stack", ()))
    kept["exposures"] = tuple(_seen(exposure) for exposure in kept.get("exposures", ()))
    rules = dict(kept.get("rules", {}))
    rules["armed"] = {key: (int(g), float(at)) for key, (g, at) in rules.get("armed", {}).items()}
    rules["spoke"] = {key: tuple(times) for key, times in rules.get("spoke", {}).items()}
    rules["counted"] = {key: tuple(found) for key, found in rules.get("counted", {}).items()}
    rules["marketing"] = tuple(rules.get("marketing", ()))
    kept["rules"] = RuleState(**rules)
    mood = dict(kept.get("mood", {}))
    kept["mood"] = Mood(**{**mood, "recent": tuple(mood.get("recent", ()))})
    return Session(**kept)


def _seen(values: Mapping[str, Any]) -> Exposure:
    known = {name: value for name, value in values.items() if name in _OF_EXPOSURE}
    known["since"] = values.get("since") or values.get("at", 0.0)
    return Exposure(**{**known, "marks": tuple(values.get("marks", ()))})


def lasting_of(session: Session) -> dict[str, Any]:
    """Give what is remembered of a visitor when the session is over, as plain values."""
    lasting = {k: v for k, v in session.profile.items() if _lasts(k)}
    rules = session.rules
    found = {"profile": lasting, "spoke": dict(rules.spoke), "marketing": rules.marketing}
    return found | {"assigned": dict(session.assigned)} if session.assigned else found


def lasts_the_same(before: Session, after: Session) -> bool:
    """Say whether what is remembered when the session is over is what it was before."""
    old, new = before.rules, after.rules
    if (old.spoke, old.marketing, before.assigned) != (new.spoke, new.marketing, after.assigned):
        return False
    had, has = before.profile, after.profile
    changed = [name for name, value in has.items() if name not in had or had[name] != value]
    changed += [name for name in had if name not in has]
    return not any(map(_lasts, changed))


def _lasts(name: str) -> bool:
    return name.startswith(LASTING) or (name in FACTS and FACTS[name].lives == VISITOR)


def come_back(visitor: str, lasting: Mapping[str, Any]) -> Session:
    """Begin the session of a visitor who was here before."""
    profile = {**lasting.get("profile", {}), "visitor.returning": True}
    spoke = {rule: tuple(times) for rule, times in lasting.get("spoke", {}).items()}
    rules = RuleState(spoke=spoke, marketing=tuple(lasting.get("marketing", ())))
    assigned = dict(lasting.get("assigned", {}))
    return Session(visitor, profile=profile, rules=rules, assigned=assigned)
