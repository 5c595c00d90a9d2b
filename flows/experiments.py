"""Experiment: variants of a script competing for a conversion, as an operator defined it.

How far it has come is no part of it: that is kept by the runtime.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flows.fields import Fields
from flows.model import Text
from flows.problems import Problem
from flows.scripts import Script
from flows.yaml_text import Document

MODES = ("ab", "bandit", "canary")
METRICS = ("orders", "clicks", "revenue")
GOAL = "Order Completed"
LONGEST_DAYS = 90


@dataclass(frozen=True)
class Experiment:
    """What is asked, of which script, and when it is decided.

    `arms` are keys of variants, the first one the control. `metric` is what decides: orders or
    clicks for each visitor who saw an arm, or their revenue. `share` of the audience takes part.
    `target` is the lift that a canary switches at, after `days` and `orders` of each arm.
    """

    key: str
    script: str = ""
    title: Text = field(default_factory=dict)
    arms: tuple[str, ...] = ()
    mode: str = "ab"
    metric: str = "orders"
    goal: str = GOAL
    share: float = 1.0
    segments: tuple[str, ...] = ()
    target: float = 0.12
    days: float = 7.0
    orders: int = 100

    @property
    def control(self) -> str:
        """Name the arm that all others are compared with."""
        return self.arms[0] if self.arms else ""


def read_experiment(document: Document) -> Experiment:
    """Read an experiment's file."""
    fields = Fields(document, document.value, ())
    audience = fields.inside("audience")
    found = Experiment(
        fields.key("experiment"),
        fields.key("script"),
        fields.text("title"),
        _names(fields, "arms"),
        _one_of(fields, "mode", MODES),
        _one_of(fields, "metric", METRICS),
        fields.take("goal", str, GOAL) or GOAL,
        _number(audience, "share", 1.0, 0.01, 1.0),
        _names(audience, "segments"),
        _number(fields, "target", 0.12, 0.0, 5.0),
        _number(fields, "days", 7.0, 0.0, LONGEST_DAYS),
        int(_number(fields, "orders", 100, 1, 1_000_000)),
    )
    audience.finish()
    fields.finish()
    return found


def problems_of(
    experiment: Experiment,
    document: Document,
    scripts: Mapping[str, Script],
    facts: Mapping[str, str],
) -> Iterator[Problem]:
    """Name what does not hang together; `facts` are those that conditions may ask about."""
    script = scripts.get(experiment.script)
    if script is None:
        yield document.problem("unknown_script", ("script",), script=experiment.script)
        return
    for place, arm in enumerate(experiment.arms):
        if arm not in script.variants:
            yield document.problem("unknown_variant", ("arms", place), variant=arm)
        elif arm not in script.spoken:
            yield document.problem("draft_arm", ("arms", place), variant=arm)
    if len(set(experiment.arms)) < 2 or len(set(experiment.arms)) < len(experiment.arms):
        yield document.problem("too_few_arms", ("arms",))
    elif experiment.mode == "canary" and len(experiment.arms) != 2:
        yield document.problem("canary_of_two", ("arms",))
    if experiment.mode == "canary" and experiment.metric == "revenue":
        yield document.problem("canary_of_a_rate", ("metric",))
    for place, segment in enumerate(experiment.segments):
        if f"segment.{segment}" not in facts:
            yield document.problem(
                "unknown_fact", ("audience", "segments", place), fact=f"segment.{segment}"
            )


def _one_of(fields: Fields, name: str, known: tuple[str, ...]) -> str:
    value: str = fields.take(name, str, known[0])
    if value not in known:
        fields.problem("bad_choice", name, value=value, known=", ".join(known))
        return known[0]
    return value


def _names(fields: Fields, name: str) -> tuple[str, ...]:
    values = fields.take(name, list, [])
    for place, value in enumerate(values):
        if not isinstance(value, str):
            fields.problem("wrong_type", name, place, key=name)
    return tuple(value for value in values if isinstance(value, str))


def _number(fields: Fields, name: str, usual: float, least: float, most: float) -> float:
    value = fields.take(name, (int, float), usual)
    if not least <= value <= most:
        fields.problem("out_of_range", name, key=name, least=least, most=most)
        return usual
    return float(value)
