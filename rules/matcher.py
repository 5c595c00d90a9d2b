"""The same answer from durable-rules; the only module that imports it.

durable-rules is sound in one regime only, so it is used in no other: a stateless matcher over a
flat snapshot of integers and texts. One constant session, a new integer id for each fact, assert,
drain the agenda, retract; at most 48 branches and 200 fields a ruleset (a fact of 254 is refused),
sharded by trigger; one lock an instance; the C functions called directly.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from flows.conditions import AllOf, Facts, holds
from rules.branches import MOST_BRANCHES, Branch, Fields, TooManyBranches, definition
from rules.model import Rule

try:
    import durable_rules_engine as engine
except ImportError as error:  # No wheel exists; a machine without a C compiler goes without.
    engine, _why_not = None, str(error)

SESSION = "0"
SENTINEL = "sentinel"
MOST_FIELDS = 200
MOST_REMEMBERED = 4_096
_names = count(1)


class MatcherUnavailable(Exception):
    """durable-rules cannot be used here; the text says why."""


@dataclass
class _Shard:
    """One ruleset of at most 48 branches."""

    branches: dict[str, Branch] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    owner: dict[str, str] = field(default_factory=dict)
    handle: int = 0
    asks: list[str] | None = None
    """The facts that its fields are filled from."""
    found: dict[Any, frozenset[str]] = field(default_factory=dict)
    """What was matched lately, by these facts and their types: the same ones give the same."""


class Matcher:
    """Matches the conditions of a rule set. Close it when its release is gone."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        if engine is None:
            raise MatcherUnavailable(_why_not)
        self._lock = threading.Lock()
        self._ids = count(1)
        self._fields = Fields()
        self._shards: dict[str, _Shard] = {}
        self._left: set[str] = set()
        self._always: set[str] = set()
        self._home: dict[str, str] = {}
        for rule in rules:
            self._place(rule)
        try:
            for shard in self._shards.values():
                self._register(shard)
        except Exception as error:
            raise MatcherUnavailable(f"{type(error).__name__}: {error}") from error

    def fire(self, rules: Sequence[Rule], facts: Facts) -> set[str]:
        """Name those of these rules whose conditions hold."""
        wanted = {rule.key for rule in rules}
        held = wanted & self._always
        if self._left:
            held |= {one.key for one in rules if one.key in self._left and holds(one.when, facts)}
        homes = {self._home[key] for key in wanted if key in self._home}
        if homes:
            with self._lock:
                for name in homes:
                    held |= self._matched(self._shards[name], facts) & wanted
        return held

    def close(self) -> None:
        """Free the rulesets: session first, then ruleset; either alone leaks."""
        with self._lock:
            for shard in self._shards.values():
                if shard.handle:
                    engine.delete_state(shard.handle, SESSION)
                    engine.delete_ruleset(shard.handle)
                    shard.handle = 0

    def _place(self, rule: Rule) -> None:
        if isinstance(rule.when, AllOf) and not rule.when.parts:
            self._always.add(rule.key)  # It asks for nothing, so there is nothing to match.
            return
        try:
            branches = self._fields.branches(rule.when)
        except TooManyBranches:
            branches = []
        used = frozenset(name for branch in branches for name, _op, _value in branch)
        if not branches or len(used) > MOST_FIELDS:
            self._left.add(rule.key)
            return
        name, shard = self._shard_for(rule.trigger.event, len(branches), used)
        for branch in branches:
            key = f"b{len(shard.branches)}"
            # An empty branch always holds; `z` is 0 in every snapshot.
            shard.branches[key] = branch or (("z", "$eq", 0),)
            shard.owner[key] = rule.key
        shard.used |= used
        self._home[rule.key] = name

    def _shard_for(self, event: str, size: int, used: frozenset[str]) -> tuple[str, _Shard]:
        number = 0
        while True:
            name = f"{event}/{number}"
            shard = self._shards.setdefault(name, _Shard())
            fits = len(shard.branches) + size < MOST_BRANCHES
            if not shard.branches or (fits and len(shard.used | used) <= MOST_FIELDS):
                return name, shard
            number += 1

    def _register(self, shard: _Shard) -> None:
        branches = {**shard.branches, SENTINEL: (("z", "$eq", 1),)}
        text = json.dumps(definition(branches), ensure_ascii=False)
        shard.handle = engine.create_ruleset(f"shard{next(_names)}", text)
        # Fired once, so that the session exists before it is ever deleted.
        if self._match(shard, {"z": 1}) != {SENTINEL}:
            raise MatcherUnavailable("the sentinel rule did not fire")

    def _matched(self, shard: _Shard, facts: Facts) -> frozenset[str]:
        if shard.asks is None:
            shard.asks = self._fields.asked(shard.used)
        known = tuple(map(facts.get, shard.asks))
        told = known, tuple(map(type, known))  # For True == 1 == 1.0, and they differ.
        try:
            found = shard.found.get(told)
        except TypeError:  # A list.
            return frozenset(self._match(shard, self._fields.filled(facts, shard.used)))
        if found is None:
            found = frozenset(self._match(shard, self._fields.filled(facts, shard.used)))
            if len(shard.found) >= MOST_REMEMBERED:
                shard.found.pop(next(iter(shard.found)))
            shard.found[told] = found
        return found

    def _match(self, shard: _Shard, values: dict[str, Any]) -> set[str]:
        fact = {"z": 0, **values, "id": next(self._ids), "sid": SESSION}
        text = json.dumps(fact, ensure_ascii=False)
        result, state = engine.assert_fact(shard.handle, text)
        found: set[str] = set()
        if result == 0:
            started = engine.start_action_for_state(shard.handle, state)
            action = started[1] if started else None
            while action:
                for name in json.loads(action):
                    found.add(shard.owner.get(name, name))
                action = engine.complete_and_start_action(shard.handle, state)
        engine.retract_fact(shard.handle, text)
        return found
