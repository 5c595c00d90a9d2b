"""Experiment: ways of saying or doing something that compete, as an operator defined it.

How far it has come is no part of it: that is kept by the runtime.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.fields import Fields
from flows.model import Text
from flows.yaml_text import Document

MODES = ("ab", "bandit", "canary")
METRICS = ("orders", "clicks", "revenue", "order_value", "people", "resolved")
GUARDRAILS = ("people", "angry", "failed", "slow")
"""What must not become more: wants a person, gets angry, meets a failure, is kept waiting."""
CHANNELS = ("widget", "rest")
LOWER_IS_BETTER = frozenset({"people"})
VALUES = frozenset({"revenue", "order_value"})
"""Metrics that are means of amounts, no rates."""
QUIET = "quiet"
"""The arm of a rule that does nothing."""
GOAL = "Order Completed"
LONGEST_DAYS = 90


@dataclass(frozen=True)
class Experiment:
    """What is asked, of what, and when it is decided.

    It is over the wordings of one script, or of several (`scripts`) that have the same ones; over
    a flow that others stand in for; or over a rule, which may keep quiet. `arms` are keys of
    variants, flows or rules, the first one the control. `metric` is what decides, for each visitor
    who met an arm (`order_value`: for each order); `guardrails` must not become more, and a canary
    goes back where they do, or where the share of visitors they meet is beyond `limits`. `share` of
    the audience takes part; experiments of one `group` have no visitor in common. `target` is the
    lift that a canary switches at, after `days` and `orders` of each arm. With `by_segment` a
    bandit has weights of its own for each segment that answers otherwise.
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
    scripts: tuple[str, ...] = ()
    flow: str = ""
    rule: str = ""
    guardrails: tuple[str, ...] = ("people",)
    limits: Mapping[str, float] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    group: str = ""
    by_segment: bool = False

    @property
    def control(self) -> str:
        """Name the arm that all others are compared with."""
        return self.arms[0] if self.arms else ""

    @property
    def subject(self) -> str:
        """Name what it is over: a script by its key, a flow or a rule as `flow.…` and `rule.…`."""
        return self.subjects[0]

    @property
    def subjects(self) -> tuple[str, ...]:
        """Name everything it is over."""
        if self.flow:
            return (f"flow.{self.flow}",)
        if self.rule:
            return (f"rule.{self.rule}",)
        return tuple(dict.fromkeys(filter(None, (self.script, *self.scripts)))) or ("",)


def read_experiment(document: Document) -> Experiment:
    """Read an experiment's file."""
    fields = Fields(document, document.value, ())
    audience, limits = fields.inside("audience"), fields.inside("limits")
    found = Experiment(
        key=fields.key("experiment"),
        script=fields.key("script"),
        scripts=_names(fields, "scripts"),
        flow=fields.key("flow"),
        rule=fields.key("rule"),
        title=fields.text("title"),
        arms=_names(fields, "arms"),
        mode=_one_of(fields, "mode", MODES),
        metric=_one_of(fields, "metric", METRICS),
        goal=fields.take("goal", str, GOAL) or GOAL,
        guardrails=_known(fields, "guardrails", GUARDRAILS, ("people",)),
        limits={
            name: limit
            for name in GUARDRAILS
            if (limit := _number(limits, name, 1.0, 0.0, 1.0)) < 1
        },
        share=_number(audience, "share", 1.0, 0.01, 1.0),
        segments=_names(audience, "segments"),
        channels=_known(audience, "channels", CHANNELS, ()),
        group=audience.take("group", str, ""),
        target=_number(fields, "target", 0.12, 0.0, 5.0),
        days=_number(fields, "days", 7.0, 0.0, LONGEST_DAYS),
        orders=int(_number(fields, "orders", 100, 1, 1_000_000)),
        by_segment=fields.take("by_segment", bool, False),
    )
    audience.finish()
    limits.finish()
    fields.finish()
    return found


def _one_of(fields: Fields, name: str, known: tuple[str, ...]) -> str:
    value: str = fields.take(name, str, known[0])
    if value not in known:
        fields.problem("bad_choice", name, value=value, known=", ".join(known))
        return known[0]
    return value


def _known(
    fields: Fields, name: str, known: tuple[str, ...], usual: tuple[str, ...]
) -> tuple[str, ...]:
    """Give the names of a list that are known; `usual` where there is no list."""
    values = fields.take(name, list, None)
    if values is None:
        return usual
    for place, value in enumerate(values):
        if value not in known:
            fields.problem("bad_choice", name, place, value=str(value), known=", ".join(known))
    return tuple(value for value in known if value in values)


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
