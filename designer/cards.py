"""Cards: what the canvas shows of each step, as plain values that can be compared."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b

from flask_babel import get_locale
from flask_babel import gettext as _

from designer.titles import Titles, in_screen_language, titles_of
from designer.wording import condition_words
from designer.workspace import Workspace
from flows.book import FlowBook
from flows.model import Ask, Branch, Call, Flow, Handover, Note, Request, Say, Set, Step
from flows.problems import Problem


@dataclass(frozen=True)
class Port:
    """One way out of a card; `words` is what people wrote on its link."""

    port: str
    label: str
    to: str
    words: str = ""


@dataclass(frozen=True)
class Card:
    """One step as the canvas shows it; `head` is its title where what it says stands below."""

    key: str
    kind: str
    title: str
    head: str
    body: tuple[str, ...]
    ports: tuple[Port, ...]
    at: tuple[float, float]
    is_start: bool
    problems: tuple[Problem, ...]
    wordings: int = 0
    seen: str = ""


def cards_of(
    workspace: Workspace, flow: Flow, only: Collection[str] | None = None
) -> dict[str, Card]:
    """Give the cards of a flow by step: every one, or only some."""
    problems = _problems_by_step(workspace, flow)
    cards = {}
    for number, step in enumerate(flow.steps.values()):
        if only is None or step.key in only:
            at = _place(flow, step.key, number)
            cards[step.key] = _card(workspace, flow, step, at, problems.get(step.key, ()))
    return cards


def differing(before: Workspace, after: Workspace, key: str) -> set[str]:
    """Name the steps whose cards may differ between two states of the drafts; none is drawn."""
    old, new = before.flow(key), after.flow(key)
    if before.files == after.files:
        return set()
    was, now = _problems_by_step(before, old), _problems_by_step(after, new)
    other = {
        path.removesuffix(".yaml")
        for path in {*before.files, *after.files}
        if not path.startswith("flows/") and before.files.get(path) != after.files.get(path)
    }
    found = set(old.steps) ^ set(new.steps)
    orders = dict(zip(old.steps, range(len(old.steps)), strict=True))
    for number, (step, body) in enumerate(new.steps.items()):
        if step in found or step not in old.steps:
            continue
        same = old.steps[step] is body or old.steps[step] == body
        same = same and was.get(step) == now.get(step)
        same = same and old.labels.get(step) == new.labels.get(step)
        same = same and _place(old, step, orders[step]) == _place(new, step, number)
        same = same and (old.start == step) == (new.start == step)
        if not same or "workspace" in other or not other.isdisjoint(_files_shown(body)):
            found.add(step)
    return found


def _files_shown(step: Step) -> tuple[str, str]:
    """Name the files whose words stand on the card of a step."""
    script, connector = getattr(step, "script", ""), getattr(step, "connector", "")
    return f"scripts/{script}", f"connectors/{connector}"


def _problems_by_step(workspace: Workspace, flow: Flow) -> dict[str, tuple[Problem, ...]]:
    """Give the problems a card shows: where they stand in the file does not matter to it."""
    by_step: dict[str, list[Problem]] = {}
    for p in workspace.problems_in(f"flows/{flow.key}.yaml"):
        shown = Problem(p.code, p.file, step=p.step, values=p.values)
        by_step.setdefault(p.step, []).append(shown)
    return {step: tuple(problems) for step, problems in by_step.items()}


def _place(flow: Flow, step: str, number: int) -> tuple[float, float]:
    """Give where a card stands; one that was never placed stands in rows."""
    return flow.layout.get(step, (80.0 + 300 * (number % 6), 80.0 + 220 * (number // 6)))


def _card(
    workspace: Workspace,
    flow: Flow,
    step: Step,
    at: tuple[float, float],
    problems: tuple[Problem, ...],
) -> Card:
    names = titles_of(workspace)
    body, wordings = body_of(step, workspace.compiled.book)
    labels = flow.labels.get(step.key, {})
    ports = tuple(
        Port(
            link.port,
            port_label(step, link.port, names),
            link.to,
            in_screen_language(labels.get(link.port, {})),
        )
        for link in step.links
    )
    return Card(
        step.key,
        step.kind,
        names.of_step(step),
        in_screen_language(step.title) or names.kind(step),
        body,
        ports,
        at,
        flow.start == step.key,
        problems,
        wordings,
        seen_as(workspace, flow.key, step.key),
    )


def notes_of(flow: Flow) -> list[Note]:
    """Give the sticky notes of a flow."""
    return list(flow.notes.values())


def body_of(step: Step, book: FlowBook) -> tuple[tuple[str, ...], int]:
    """Give the lines a card shows, and how many wordings its script has."""
    if isinstance(step, Say | Ask):
        script = book.scripts.get(step.script)
        words = [in_screen_language(v.text) for v in script.variants.values()] if script else []
        first = next((text for text in words if text), "")
        lines: tuple[str, ...] = (first or _("Nothing is said here yet."),)
        if isinstance(step, Ask) and step.slot:
            lines += (_("Remembers the answer as %(slot)s", slot=step.slot),)
        return lines, len(words)
    if isinstance(step, Branch):
        return (), 0  # Its ways out say the conditions.
    if isinstance(step, Set):
        return tuple(f"{slot} = {value}" for slot, value in step.values.items()), 0
    if isinstance(step, Request):
        name = Titles(book).connector(step.connector)
        sent = tuple(f"{name} = {value}" for name, value in step.send.items())
        return (_("Asks %(name)s", name=name or "…"), *sent[:3]), 0
    if isinstance(step, Call):
        name = Titles(book).flow(step.flow) or "…"
        return (_("Walks through %(flow)s and comes back", flow=name),), 0
    if isinstance(step, Handover):
        return (_("Queue: %(queue)s", queue=step.queue),), 0
    return (_("The conversation is over."),), 0


def port_label(step: Step, port: str, names: Titles) -> str:
    """Name a way out on its card, where a case is said in full."""
    name, _dot, inner = port.partition(".")
    if isinstance(step, Branch) and name == "branch":
        return condition_words(step.cases[int(inner)].when)[:40]
    return names.of_port(step, port)


def seen_as(workspace: Workspace, flow: str, key: str) -> str:
    """Name a step and its script as they are now, so that a form knows what it was filled from."""
    step = workspace.flow(flow).steps.get(key)
    script = workspace.files.get(f"scripts/{getattr(step, 'script', '')}.yaml", "")
    return blake2b(f"{step!r}|{script}".encode(), digest_size=8).hexdigest()


def language() -> str:
    """Name the screen language as scripts name theirs."""
    return "zh-CN" if str(get_locale()).startswith("zh") else "en"
