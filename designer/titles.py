"""What people call things: the title they gave, else the words it says, else its key.

Keys are for files; screens show titles. The names are those of the drafts the request opened last.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from unicodedata import east_asian_width

from flask import g, has_app_context
from flask_babel import get_locale
from flask_babel import gettext as _

from designer.sentences import FILES, KINDS, PORTS
from designer.workspace import Workspace, open_workspace
from flows.book import FlowBook
from flows.experiments import QUIET
from flows.model import Ask, Branch, Call, Request, Step, Text, in_language
from rules.model import Rule, Segment

MOST_COLUMNS = 30
"""How much of what a script says may be its name; a Chinese character takes two columns."""


@dataclass(frozen=True)
class Titles:
    """The names of everything in a workspace, in the language of the screen."""

    book: FlowBook = field(default_factory=FlowBook)
    rules: tuple[Rule, ...] = ()
    segments: tuple[Segment, ...] = ()

    def flow(self, key: str) -> str:
        """Name a flow."""
        found = self.book.flows.get(key)
        return (in_screen_language(found.title) if found else "") or key

    def script(self, key: str) -> str:
        """Name a script: by its title, else by the first words it says."""
        found = self.book.scripts.get(key)
        if found is None:
            return key
        words = (in_screen_language(variant.text) for variant in found.variants.values())
        return in_screen_language(found.title) or clipped(next(filter(None, words), "")) or key

    def variant(self, script: str, key: str) -> str:
        """Name a wording of a script."""
        found = self.book.scripts.get(script)
        variant = found.variants.get(key) if found else None
        return (in_screen_language(variant.title) if variant else "") or key

    def tried(self, subject: str) -> str:
        """Name what an experiment is over: a script, `flow.…` or `rule.…`."""
        kind, dot, key = subject.partition(".")
        if not dot:
            return self.script(subject)
        return self.flow(key) if kind == "flow" else self.rule(key)

    def arm(self, subject: str, key: str) -> str:
        """Name an arm of an experiment: a wording, a flow, a rule, or nothing at all."""
        kind, dot, _key = subject.partition(".")
        if not dot:
            return self.variant(subject, key)
        if kind == "flow":
            return self.flow(key)
        return str(_("keep quiet")) if key == QUIET else self.rule(key)

    def step(self, flow: str, key: str) -> str:
        """Name a step of a flow."""
        found = self.book.flows.get(flow)
        step = found.steps.get(key) if found else None
        return self.of_step(step) if step else key

    def of_step(self, step: Step) -> str:
        """Name a step: by its title, else by what it does and to what."""
        return in_screen_language(step.title) or " · ".join(
            filter(None, (self.kind(step), self._inside(step)))
        )

    def kind(self, step: Step) -> str:
        """Name the kind of a step, with the number of its key where it has one."""
        number = step.key.rpartition("_")[2]
        name = _(KINDS[step.kind])
        return f"{name} {number}" if number.isdigit() else name

    def port(self, flow: str, step: str, port: str) -> str:
        """Name a way out of a step."""
        found = self.book.flows.get(flow)
        body = found.steps.get(step) if found else None
        return self.of_port(body, port) if body else port

    def of_port(self, step: Step, port: str) -> str:
        """Name a way out as people see it: a choice, an intent, a case, or what comes then."""
        name, _dot, inner = port.partition(".")
        if isinstance(step, Ask) and name == "choices":
            return in_screen_language(step.choices[int(inner)].text) or str(int(inner) + 1)
        if name == "intents":
            return f"# {self.intent(inner)}"
        if isinstance(step, Branch) and name == "branch":
            return str(_("case %(n)s", n=int(inner) + 1))
        if port == "next" and isinstance(step, Ask):
            return str(_("answered"))
        if isinstance(step, Request):
            return str(_("it answered") if port == "next" else _("no answer"))
        return str(_(PORTS.get(port, port)))

    def rule(self, key: str) -> str:
        """Name a rule."""
        names = (in_screen_language(rule.name) for rule in self.rules if rule.key == key)
        return next(names, "") or key

    def segment(self, key: str) -> str:
        """Name a segment."""
        found = (in_screen_language(one.title) for one in self.segments if one.key == key)
        return next(found, "") or key

    def experiment(self, key: str) -> str:
        """Name an experiment."""
        found = self.book.experiments.get(key)
        return (in_screen_language(found.title) if found else "") or key

    def connector(self, key: str) -> str:
        """Name a connector."""
        found = self.book.connectors.get(key)
        return (in_screen_language(found.title) if found else "") or key

    def intent(self, key: str) -> str:
        """Name an intent."""
        return in_screen_language(self.book.workspace.intents.get(key, {})) or key

    def coupon(self, key: str) -> str:
        """Name a coupon."""
        found = self.book.workspace.coupons.get(key)
        return (in_screen_language(found.title) if found else "") or key

    def file(self, path: str) -> str:
        """Name a file of the workspace as people know it: which kind of thing, and its title."""
        folder, _slash, name = path.rpartition("/")
        what, key = _(FILES.get(folder or name, name)), name.rsplit(".", 1)[0]
        return f"{what} · {self.named(folder, key)}" if folder and folder != "nlu" else what

    def named(self, folder: str, key: str) -> str:
        """Name what a file of a folder holds."""
        name_of = {
            "flows": self.flow,
            "scripts": self.script,
            "rules": self.rule,
            "connectors": self.connector,
            "segments": self.segment,
            "experiments": self.experiment,
            "nlu": self.intent,
        }
        return name_of[folder](key) if folder in name_of else _(FILES.get(f"{key}.yaml", key))

    def _inside(self, step: Step) -> str:
        if isinstance(step, Call):
            return self.flow(step.flow) if step.flow else ""
        if isinstance(step, Request):
            return self.connector(step.connector) if step.connector else ""
        if isinstance(step, Branch):
            return ""
        script = getattr(step, "script", "")
        return self.script(script) if script and self.script(script) != script else ""


def titles() -> Titles:
    """Give the names of the drafts this request looks at."""
    if not has_app_context():
        return Titles()
    if "workspace" not in g:
        open_workspace()
    return titles_of(g.workspace)


def titles_of(workspace: Workspace) -> Titles:
    """Give the names of one state of the drafts."""
    compiled = workspace.compiled
    return Titles(compiled.book, tuple(compiled.rules), compiled.segments)


def by_title(keys: Iterable[str], name: Callable[[str], str]) -> dict[str, str]:
    """Give keys with their names, in the order of the names."""
    return dict(sorted(((key, name(key)) for key in keys), key=lambda pair: pair[1]))


def in_screen_language(text: Text) -> str:
    """Show a text of the workspace in the language of the screen, where it has it."""
    language = "zh-CN" if str(get_locale()).startswith("zh") else "en"
    return in_language(text, language)


def clipped(text: str, most: int = MOST_COLUMNS) -> str:
    """Shorten a text to one line of so many columns."""
    plain, columns = " ".join(text.split()), 0
    for at, sign in enumerate(plain):
        columns += 2 if east_asian_width(sign) in "WF" else 1
        if columns > most:
            return plain[: max(1, at - 1)].rstrip() + "…"
    return plain
