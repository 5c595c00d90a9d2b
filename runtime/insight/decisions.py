"""Why did this rule speak, and why not? Decisions read back from the archived events.

An event keeps what the woken rules asked about, and what became of each; the conditions are those
of the release that decided. Together they give the tree of conditions as it was judged then.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session as Database

from rules.deeds import GIVES
from rules.model import Deed, Rule
from rules.oracle import Explained, explain
from rules.yaml_text import read_rules
from runtime.db import rows_into, transaction
from runtime.errors import ConnectorFailed
from runtime.tables import EventRow, ReleaseRow, RuleDecision

DECIDED = "decided"
KEPT = 100
_STATES = {"coupon_given": "done", "told": "done", "not_told": "failed"}
FIRED, OTHERWISE, CONDITION = "fired", "otherwise", "condition"


@dataclass(frozen=True)
class Sent:
    """A deed of a rule that acted: `done` with the turn, or on its way out of the house.

    `state` is `waits`, `done` or `failed`; what left goes by a key that begins with `key`, and
    `why` says why it was not taken so far.
    """

    deed: Deed
    state: str
    key: str = ""
    why: ConnectorFailed | None = None


class Decided(NamedTuple):
    """An event that says what was decided: its name in the archive, its time and its data."""

    event: str
    at: float
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Considered:
    """One rule that was woken: what became of it, by the name of the reason, and why.

    `rule` and `why` are None where the release is gone or its rule cannot be read. `by` is as in
    `Drop`. `sent` names what it did, and what became of that.
    """

    key: str
    visitor: str
    at: float
    on: str
    outcome: str
    by: str = ""
    rule: Rule | None = None
    why: Explained | None = None
    sent: tuple[Sent, ...] = ()

    @property
    def acted(self) -> bool:
        """Say whether the rule did anything."""
        return self.outcome in (FIRED, OTHERWISE)


def note_decisions(database: Database, decided: Sequence[Decided]) -> None:
    """Keep what became of each rule, of every rule the newest hundred of these."""
    rows: list[tuple[Any, ...]] = []
    many: Counter[str] = Counter()
    for one in sorted(decided, key=_when, reverse=True):
        for rule, outcome, _by in _outcomes(one.data):
            many[rule] += 1
            if many[rule] <= KEPT:
                rows.append((rule, one.event, one.at, outcome))
    rows_into(database, RuleDecision, rows)


def forget_decisions(engine: Engine) -> None:
    """Leave of every rule the newest hundred."""
    with transaction(engine) as database:
        for rule in database.scalars(select(RuleDecision.rule).distinct()).all():
            oldest = _oldest(database, rule)
            if oldest is not None:
                of_it = RuleDecision.rule == rule, RuleDecision.at < oldest
                database.execute(delete(RuleDecision).where(*of_it))


def _when(one: Decided) -> float:
    return one.at


def _oldest(database: Database, rule: str) -> float | None:
    """Give when the last of the newest hundred was decided, where there are so many."""
    times = select(RuleDecision.at).where(RuleDecision.rule == rule)
    return database.scalar(times.order_by(RuleDecision.at.desc()).offset(KEPT - 1).limit(1))


def of_rule(engine: Engine, rule: str, most: int = KEPT) -> list[Considered]:
    """Give what became of a rule lately, newest first."""
    with transaction(engine, writes=False) as database:
        query = select(EventRow).join(RuleDecision, RuleDecision.event == EventRow.id)
        query = query.where(RuleDecision.rule == rule).order_by(RuleDecision.at.desc())
        rows = database.scalars(query.limit(most)).all()
        return [one for one in _considered(database, rows) if one.key == rule]


def of_visitor(engine: Engine, visitor: str, before: float, most: int = 50) -> list[Considered]:
    """Give every rule that was considered for a visitor before a time, the newest events first."""
    with transaction(engine, writes=False) as database:
        query = select(EventRow).where(EventRow.visitor == visitor, EventRow.name == DECIDED)
        query = query.where(EventRow.at < before).order_by(EventRow.at.desc(), EventRow.id.desc())
        return _considered(database, database.scalars(query.limit(most)).all())


def _outcomes(data: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Give of each rule what became of it, and by what, those that acted first."""
    otherwise = data.get("otherwise", ())
    found = [(key, OTHERWISE if key in otherwise else FIRED, "") for key in data.get("fired", ())]
    found += [(rule, reason, by[0] if by else "") for rule, reason, *by in data.get("drops", ())]
    return found + [(key, CONDITION, "") for key in data.get("unmet", ())]


def _considered(database: Database, rows: Sequence[EventRow]) -> list[Considered]:
    releases = {number: _rules_of(database, number) for number in {row.release for row in rows}}
    given = _delivered(database, rows)
    found = []
    for row in rows:
        for key, outcome, by in _outcomes(row.data):
            rule = releases[row.release].get(key)
            why = explain(rule.when, row.data.get("facts", {})) if rule else None
            known = "facts" in row.data and (
                not rule or all(f in row.data["facts"] for f in rule.asks)
            )
            one = Considered(
                key,
                row.visitor,
                row.at,
                str(row.data.get("on", "")),
                outcome,
                by,
                rule,
                why if known else None,
            )
            found.append(_with_deliveries(one, given))
    return found


def _with_deliveries(one: Considered, given: Mapping[str, str]) -> Considered:
    if not one.acted or one.rule is None:
        return one
    sent = []
    for deed in one.rule.otherwise if one.outcome == OTHERWISE else one.rule.then:
        if deed.do not in (*GIVES, "webhook"):
            sent.append(Sent(deed, "done"))
            continue
        begins = f"{one.visitor}:{one.key}:{deed.target}:{int(one.at)}:"
        states = [state for key, state in given.items() if key.startswith(begins)]
        sent.append(Sent(deed, states[0] if states else "waits", begins))
    return replace(one, sent=tuple(sent))


def _delivered(database: Database, rows: Sequence[EventRow]) -> dict[str, str]:
    """Give by its key what became of all that rules sent to other systems for these visitors."""
    if not any(row.data.get("fired") for row in rows):
        return {}
    visitors, since = {row.visitor for row in rows}, min(row.at for row in rows)
    query = select(EventRow.name, EventRow.data).where(EventRow.name.in_(_STATES))
    query = query.where(EventRow.at >= since, EventRow.visitor.in_(visitors))
    found = database.execute(query.order_by(EventRow.at))
    return {str(data.get("key", "")): _STATES[name] for name, data in found}


def _rules_of(database: Database, number: int) -> dict[str, Rule]:
    release = database.get(ReleaseRow, number)
    return {rule.key: rule for rule in read_rules(release.files)[0]} if release else {}
