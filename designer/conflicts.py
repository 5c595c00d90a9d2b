"""The answer to an edit that met another one: both texts side by side, and three ways on."""

from dataclasses import dataclass
from textwrap import dedent

from flask import Response, render_template
from flask_babel import gettext as _

from designer.cards import body_of, port_label
from designer.drafts import StaleEdit
from designer.titles import titles
from designer.wording import part_name
from flows.model import Step
from flows.reading import read_flow
from flows.segments import Conflict
from flows.yaml_text import Document, read

IN_ITS_FORM = "find #conflict"


@dataclass(frozen=True)
class Choice:
    """One part both changed: what it is called, and its text before, as mine, and as theirs."""

    name: str
    base: str
    mine: str
    theirs: str


def conflict_answer(stale: StaleEdit, theirs_url: str, place: str = "#conflict") -> Response:
    """Show both texts beside the form, which stays as it was typed; nothing is saved yet.

    Where two forms stand on a page, `place` is `IN_ITS_FORM`.
    """
    choices = [_choice(conflict, stale.path) for conflict in stale.conflicts]
    values = {"choices": choices, "rev": stale.rev, "theirs_url": theirs_url}
    answer = Response(render_template("parts/_conflict.html", **values), 409)
    # Only this part of the page is swapped: what was typed is nowhere but in the form.
    answer.headers["HX-Retarget"] = place
    answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _choice(conflict: Conflict, file: str) -> Choice:
    texts = (conflict.base, conflict.mine, conflict.theirs)
    return Choice(
        part_name(conflict.path, file), *(_readable(text, file, conflict) for text in texts)
    )


def _readable(text: str, file: str, conflict: Conflict) -> str:
    """Say a part of a file as its form would; what no form shows stays YAML."""
    document = read(dedent(text), "")
    value = document.value if isinstance(document.value, dict) else {}
    inner = value.get(conflict.path[-1]) if conflict.path else None
    if isinstance(inner, str) and conflict.path[0] == "variants":
        return inner
    if len(conflict.path) == 2 and conflict.path[0] == "steps" and isinstance(inner, dict):
        flow = read_flow(Document("", {"flow": "f", "steps": {conflict.path[1]: inner}}))
        step = flow.steps.get(conflict.path[1])
        if step is not None:
            return "\n".join(_step_lines(step, file))
    return text.strip("\n")


def _step_lines(step: Step, file: str) -> list[str]:
    names, flow = titles(), file.removeprefix("flows/").removesuffix(".yaml")
    lines = [names.of_step(step), *body_of(step, names.book)[0]]
    for link in step.links:
        to = names.step(flow, link.to) if link.to else _("nowhere yet")
        lines.append(f"{port_label(step, link.port, names)} → {to}")
    return list(dict.fromkeys(lines))
