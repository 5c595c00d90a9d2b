"""A visitor meets something that an experiment may stand in: which arm, and that they saw it.

A run counts a visitor once a session, however many of its scripts they see.
"""

from collections.abc import Container
from dataclasses import dataclass

from flows.frozen import replace
from runtime.engine import effects
from runtime.engine.effects import Effect
from runtime.engine.experiments import arm_of, is_held_out, segment_of, takes_part
from runtime.engine.session import Exposure, Session
from runtime.engine.turn import Turn

MOST_EXPOSURES = 20
MOST_EARLIER = 50
"""Orders of before that are told apart."""
IN, OUT = "in", "out"
Moved = tuple[Session, list[Effect]]


@dataclass(frozen=True)
class Met:
    """The arm a visitor meets, in a run; both empty where there is none.

    Where some visitors are held out of all experiments, `held` says whether this one is `in` or
    `out`.
    """

    arm: str = ""
    run: str = ""
    held: str = ""


NOTHING = Met()


def meets(session: Session, turn: Turn, subject: str, known: Container[str]) -> Met:
    """Give what a visitor meets of a script, a flow or a rule.

    `known` are the arms that there are in the visitor's release: where one is missing they take no
    part, else the others would have the visitors of a release before all to themselves.
    """
    running = turn.running.get(subject)
    if running is None or not all(arm in known for arm in running.shares):
        return NOTHING
    met = session.assigned.get(f"{running.subject or subject}@{running.run}", "")
    here = any(seen.run == running.run for seen in session.exposures)
    arm = arm_of(running, session.visitor, turn.facts, met, here, session.channel)
    if arm:
        return Met(arm, running.run, IN if running.held_out else "")
    if is_held_out(running, session.visitor) and takes_part(
        running, session.visitor, turn.facts, session.channel
    ):
        return Met(held=OUT)
    return NOTHING


def expose(
    session: Session, turn: Turn, subject: str, variant: str, met: Met, goal: str = ""
) -> Moved:
    """Note that a visitor saw a variant; `goal` is its script's own, where no run has one."""
    running = turn.running[subject] if met.run else None
    if met.run or met.held:  # Who is held out is counted by what all others are.
        goal = turn.running[subject].goal
    others = tuple([seen for seen in session.exposures if seen.script != subject])
    before = next((seen for seen in session.exposures if seen.script == subject), None)
    wishes: list[Effect] = []
    if before is None or before.run != met.run:
        same = next((seen for seen in others if seen.run == met.run), None) if met.run else None
        now = round(turn.now, 3)
        fresh = Exposure(subject, variant, goal, now, since=now, run=met.run)
        if running is not None:
            orders = session.profile.get("order.count") or 0
            fresh = replace(
                fresh,
                earlier=max(0, min(int(orders), MOST_EARLIER)),
                group=segment_of(running, turn.facts),
            )
        counted = fresh
        if same:
            counted = replace(fresh, run="")
            fresh = replace(
                fresh, since=same.since, marks=same.marks, earlier=same.earlier, group=same.group
            )
        is_first = not any(seen.held for seen in session.exposures)
        groups = segments(turn) if met.run else ()
        wishes.append(effects.Expose(counted, groups, met.held if is_first else ""))
        if met.held:
            fresh = replace(fresh, held=met.held)
    else:
        fresh = replace(before, variant=variant, goal=goal, at=round(turn.now, 3))
    exposures, assigned = _newest((*others, fresh)), session.assigned
    if running is not None:  # Of everything the newest run is remembered.
        name = running.subject or subject
        assigned = {k: v for k, v in assigned.items() if not k.startswith(f"{name}@")}
        assigned = {**assigned, f"{name}@{met.run}": variant}
    return replace(session, assigned=assigned, exposures=exposures), wishes


def _newest(exposures: tuple[Exposure, ...]) -> tuple[Exposure, ...]:
    """Keep the newest; those of an experiment before others, for much is counted by them yet."""
    while len(exposures) > MOST_EXPOSURES:
        plain = (at for at, one in enumerate(exposures) if not (one.run or one.held))
        place = next(plain, 0)
        exposures = (*exposures[:place], *exposures[place + 1 :])
    return exposures


def segments(turn: Turn) -> tuple[str, ...]:
    """Name the segments the visitor is in right now."""
    prefix = "segment."
    found = (n for n, value in turn.facts.items() if value and n.startswith(prefix))
    return tuple(name.removeprefix(prefix) for name in found)
