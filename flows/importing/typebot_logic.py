"""How Typebot's logic blocks become steps: set variable, redirect, jump, link, wait, AB test."""

import re
from collections.abc import Callable
from typing import Any

from flows.importing.imported import clean, escaped
from flows.importing.typebot_drawing import Drawing, number_in
from flows.importing.typebot_reading import Block, Spot, name_of
from flows.importing.typebot_texts import SAFE_ADDRESS, VARIABLE

MOST_VALUE = 2_000
FILTERS = {"+": "plus", "-": "minus", "*": "times", "/": "divided_by"}
_OPERAND = r"\{\{[^{}]*\}\}|\d+(?:\.\d+)?"
_SUM = re.compile(rf"\s*(?:{_OPERAND})(?:\s*[-+*/]\s*(?:{_OPERAND}))+\s*\Z")
_PARTS = re.compile(rf"({_OPERAND})|([-+*/])")
_QUOTED = re.compile(r"""\s*(?:"([^"\\]*)"|'([^'\\]*)'|`([^`\\$]*)`)\s*;?\s*\Z""")
_CODE = re.compile(
    r"\breturn\b|=>|\bfunction\b|\bnew [A-Z]|\w\(|\)\s*\.|===|!==|&&|\|\||;\s*\Z|\bMath\.|`"
    r"|\b(?:const|let|var|await|typeof)\s|\}\}\s*[-+*/?]|[-+*/]\s*\{\{|\}\}\s*[.\[]"
)


def _set(drawing: Drawing, spot: Spot, block: Block) -> None:
    name = drawing.variable(block.options.get("variableId"))
    if not name:
        drawing.leave_out(spot, block.kind, "empty")
        return
    kind = name_of(block.options.get("type")) or "Custom"
    value = _value(drawing, spot, block, kind)
    if value is None:
        code = "needs_code" if kind == "Custom" else "no_equivalent"
        drawing.leave_out(spot, f"{block.kind}: {name}", code)
        return
    step = {"set": {drawing.slots.of(name): value}, "next": drawing.after(spot)}
    drawing.put(spot, "set", step)


def _value(drawing: Drawing, spot: Spot, block: Block, kind: str) -> Any:
    if kind == "Empty":
        return ""
    if kind == "Contact name":
        return "{{ visitor.name }}"
    if kind == "Append value(s)":
        drawing.note(spot, kind)
        name = drawing.variable(block.options.get("variableId"))
        item = drawing.text(name_of(block.options.get("item"))[:MOST_VALUE])
        held = "slot." + drawing.use(name)
        return "{{ " + held + " }}{% if " + held + " and " + held + " != '' %}, {% endif %}" + item
    if kind != "Custom":
        return None
    written = name_of(block.options.get("expressionToEvaluate"))
    return expression(drawing, clean(written), block.options.get("isCode") is True)


def expression(drawing: Drawing, written: str, is_code: bool) -> Any:
    """Read an expression as a value or a wording with placeholders; None where it is code."""
    if len(written) > MOST_VALUE:
        return None
    number = number_in(written)
    if number is not None:
        return number
    if written in ("true", "false"):
        return written == "true"
    quoted = _QUOTED.match(written)
    if quoted and not VARIABLE.search(written):
        return escaped(next(filter(None, quoted.groups()), ""))
    if _SUM.match(written):
        return _sum(drawing, written)
    if VARIABLE.fullmatch(written):
        return drawing.text(written)
    if is_code or _CODE.search(written) or "{{=" in written:
        return None
    return drawing.text(written)


def _sum(drawing: Drawing, written: str) -> str | None:
    """Turn a sum of variables and numbers into filters, which are applied from left to right."""
    operands = [match.group(1) for match in _PARTS.finditer(written) if match.group(1)]
    signs = [match.group(2) for match in _PARTS.finditer(written) if match.group(2)]
    if any(sign in "*/" for sign in signs[1:]) and any(sign in "+-" for sign in signs):
        return None
    terms = [_operand(drawing, operand) for operand in operands]
    words = terms[0]
    for sign, term in zip(signs, terms[1:], strict=True):
        # Liquid divides whole numbers without a remainder; Typebot does not.
        words += (" | times: 1.0" if sign == "/" else "") + f" | {FILTERS[sign]}: {term}"
    return "{{ " + words + " }}"


def _operand(drawing: Drawing, written: str) -> str:
    match = VARIABLE.fullmatch(written)
    return "slot." + drawing.use(match.group(1)) if match else written


def _redirect(drawing: Drawing, spot: Spot, block: Block) -> None:
    address = clean(name_of(block.options.get("url")))
    if not SAFE_ADDRESS.match(address) and not VARIABLE.match(address):
        drawing.leave_out(spot, block.kind, "no_equivalent" if address else "empty")
        return
    drawing.say(spot, address, "link")
    drawing.note(spot, block.kind)


def _jump(drawing: Drawing, spot: Spot, block: Block) -> None:
    to = drawing.bot.spot(block.options.get("groupId"), block.options.get("blockId"))
    if to is None:
        drawing.leave_out(spot, block.kind, "not_found")
        return
    drawing.passes[spot] = to


def _link(drawing: Drawing, spot: Spot, block: Block) -> None:
    other, group = name_of(block.options.get("typebotId")), block.options.get("groupId")
    if other in ("current", drawing.bot.id):
        start = drawing.bot.edges.get(drawing.bot.start)
        to = drawing.bot.spot(group) if name_of(group) else start
        if to is not None:
            drawing.passes[spot] = to
            if drawing.after(spot) is not None:
                drawing.note(spot, block.kind)
            return
    elif other in drawing.linked:
        drawing.put(spot, "call", {"call": drawing.linked[other], "next": drawing.after(spot)})
        if name_of(group):
            drawing.note(spot, block.kind)
        return
    drawing.leave_out(spot, f"{block.kind}: {other}", "not_found")


def _split(drawing: Drawing, spot: Spot, block: Block) -> None:
    to = next((drawing.bot.edges.get(item.edge) for item in block.items), None)
    if to is not None:
        drawing.passes[spot] = to
    drawing.note(spot, block.kind)


def _wait(drawing: Drawing, spot: Spot, block: Block) -> None:
    drawing.note(spot, block.kind)


def _code(drawing: Drawing, spot: Spot, block: Block) -> None:
    drawing.leave_out(spot, block.kind, "needs_code")


def _return(drawing: Drawing, spot: Spot, _block: Block) -> None:
    drawing.put(spot, "return", {"end": True})


LOGIC: dict[str, Callable[[Drawing, Spot, Block], None]] = {
    "Set variable": _set,
    "Redirect": _redirect,
    "Jump": _jump,
    "Typebot link": _link,
    "AB test": _split,
    "Wait": _wait,
    "Code": _code,
    "Script": _code,
    "Return": _return,
}
