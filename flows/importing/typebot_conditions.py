"""Typebot's conditions as ours.

Ours compare values of one type and never compute. What needs more, such as a number kept as text,
is worked out by a wording in a step before the branch, which leaves `yes` in a slot of its own.
"""

from collections.abc import Mapping
from typing import Any

from flows.importing.imported import clean
from flows.importing.sketch import Plain
from flows.importing.typebot_drawing import Drawing, number_in
from flows.importing.typebot_reading import Block, Raw, Spot, list_of, mapping_of, name_of
from flows.importing.typebot_texts import VARIABLE

COMPARED = {"Greater than": "gt", "Less than": "lt"}
COMPARED |= {"Greater or equal to": "gte", "Less or equal to": "lte"}
SIGNS = {"gt": ">", "lt": "<", "gte": ">=", "lte": "<="}
NOT = {"Not equal": "Equal to", "Does not contain": "Contains"}
MOST_COMPARISONS = 100


def draw_condition(drawing: Drawing, spot: Spot, block: Block) -> None:
    """Draw a condition as a branch, with a step before it where something must be worked out."""
    helpers: dict[str, str] = {}
    cases, exact = [], True
    for item in block.items:
        reader = _Comparisons(drawing, helpers)
        when = reader.tree(mapping_of(item.raw.get("content")))
        exact = exact and reader.exact
        # A condition that holds and leads nowhere goes on below, not by the edge of the others.
        to = drawing.bot.edges.get(item.edge) or drawing.beneath(spot)
        cases.append({"when": when, "next": to})
    if not cases:
        drawing.leave_out(spot, block.kind, "empty")
        return
    step: Plain = {"branch": cases, "otherwise": drawing.after(spot)}
    if helpers:
        before = drawing.put(spot, "check", {"set": helpers, "next": ""})
        drawing.sketch.steps[before]["next"] = drawing.put(spot, "branch", step)
    else:
        drawing.put(spot, "branch", step)
    if not exact:
        drawing.note(spot, block.kind)


class _Comparisons:
    """Reads the comparisons of one condition, and collects what must be worked out before."""

    def __init__(self, drawing: Drawing, helpers: dict[str, str]) -> None:
        self.drawing, self.helpers, self.exact = drawing, helpers, True

    def tree(self, content: Raw) -> Plain:
        """Read a condition: all or any of its comparisons."""
        raws = list_of(content.get("comparisons"))[:MOST_COMPARISONS]
        parts = [self.comparison(mapping_of(raw)) for raw in raws]
        word = "any" if content.get("logicalOperator") == "OR" else "all"
        return parts[0] if len(parts) == 1 else {word: parts}

    def comparison(self, raw: Raw) -> Plain:
        """Read one comparison; one that we cannot make never holds."""
        name = self.drawing.variable(raw.get("variableId"))
        sign = name_of(raw.get("comparisonOperator"))
        if not name or not sign:
            self.exact = False
            return _never()
        value, fact = clean(name_of(raw.get("value"))), f"slot.{self.drawing.use(name)}"
        if sign in NOT:
            return {"not": self.plain(fact, NOT[sign], value, name)}
        if sign == "Is set":
            return {"not": _is_empty(fact)}
        return _is_empty(fact) if sign == "Is empty" else self.plain(fact, sign, value, name)

    def plain(self, fact: str, sign: str, value: str, name: str) -> Plain:
        """Make a test of a fact where types agree, and a worked-out one where they may not."""
        number, literal = number_in(value), bool(value) and not VARIABLE.search(value)
        numeric, mixed = name in self.drawing.numeric, name in self.drawing.mixed
        if sign == "Equal to" and not value:
            return _is_empty(fact)
        if sign in (*COMPARED, "Equal to") and numeric and number is not None:
            return _test(fact, COMPARED.get(sign, "eq"), number)
        if sign == "Equal to" and literal and (number is None or not mixed):
            return _test(fact, "eq", value)
        if sign == "Contains" and literal and not numeric and not mixed:
            return _test(fact, "contains", value)
        return self.worked_out(fact, sign, value)

    def worked_out(self, fact: str, sign: str, value: str) -> Plain:
        """Let a wording say whether a comparison holds, in a slot of its own."""
        wording = _wording(fact, sign, *self._operand(value))
        if not wording:
            self.exact = False
            return _never()
        slot = self.drawing.slots.keys.free("check")
        self.helpers[slot] = wording
        return _test(f"slot.{slot}", "eq", "yes")

    def _operand(self, value: str) -> tuple[str, str]:
        """Give a value as a placeholder's operand and its text; no operand where none is safe."""
        match = VARIABLE.fullmatch(value)
        if match and match.group(1).strip():
            return f"slot.{self.drawing.use(match.group(1))}", ""
        if any(sign in value for sign in ("{{", "}}", "{%", "%}", "\n", "\\")) or not value:
            return "", ""
        quote = '"' if '"' not in value else "'"
        return (f"{quote}{value}{quote}" if quote not in value else ""), value


def _wording(fact: str, sign: str, operand: str, value: str) -> str:
    """Write a comparison as a wording that says yes or nothing."""
    if not operand:
        return ""
    if sign in COMPARED:
        number = number_in(value)
        given = operand if not value else "" if number is None else str(number)
        lines = [f"assign a = {fact} | plus: 0", f"assign b = {given} | plus: 0"]
        test = f"{fact} and {fact} != '' and a {SIGNS[COMPARED[sign]]} b"
        return _said(lines, test) if given else ""
    lines = [f"assign a = {fact} | append: '' | downcase"]
    lines.append(f"assign b = {operand} | append: '' | downcase")
    if sign in ("Equal to", "Contains"):
        return _said(lines, "a == b" if sign == "Equal to" else "a contains b")
    if sign in ("Starts with", "Ends with") and value:
        place = "0" if sign == "Starts with" else f"-{len(value)}"
        return _said([*lines, f"assign c = a | slice: {place}, {len(value)}"], "c == b")
    return ""


def _said(lines: list[str], test: str) -> str:
    assigned = "".join("{% " + line + " %}" for line in lines)
    return assigned + "{% if " + test + " %}yes{% endif %}"


def _test(fact: str, op: str, value: Any) -> Plain:
    return {"fact": fact, "op": op, "value": value}


def _is_empty(fact: str) -> Plain:
    tests: list[Mapping[str, Any]] = [_test(fact, "exists", False), _test(fact, "eq", "")]
    return {"any": tests}


def _never() -> Plain:
    # Made anew each time: a value that stands twice in a file would be written as an alias.
    return {"any": []}
