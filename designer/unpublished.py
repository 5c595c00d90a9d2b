"""What differs from what is live, in parts that can be published one without another.

A part is what people think of as one thing: a flow with the scripts only it says, a rule, a script
that several say, a connector, the training sentences. One that is not finished yet stays behind, as
what is live has it, and keeps nothing else back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from designer.titles import titles_of
from designer.workspace import Workspace, workspace_of
from flows.book import Files, FlowBook
from flows.diff import Difference, changed_files, differences
from flows.problems import Problem, blocking

TRAINING = "nlu/"


@dataclass(frozen=True)
class Part:
    """One thing that differs: what it is called, its files, what is new, what keeps it back."""

    key: str
    title: str
    state: str
    paths: tuple[str, ...]
    words: tuple[Difference, ...]
    diffs: Mapping[str, list[str]]
    problems: tuple[Problem, ...]

    @property
    def is_finished(self) -> bool:
        """Say whether nothing in it keeps it from being published."""
        return not self.problems


def parts_of(workspace: Workspace, live: Files) -> list[Part]:
    """Give what differs from what is live, part by part; what is unfinished stands last."""
    before = workspace_of(dict(live), 0)
    homes = _homes(workspace.compiled.book, before.compiled.book)
    files: dict[str, list[str]] = {}
    diffs = changed_files(live, workspace.files)
    for path in diffs:
        files.setdefault(_home(path, homes), []).append(path)
    left = blocking(workspace.compiled.problems)
    parts = []
    for key, paths in files.items():
        state = _state(key, workspace.files, live)
        words = differences(_only(live, paths), _only(workspace.files, paths))
        problems = tuple(problem for problem in left if problem.file in paths)
        title = titles_of(before if state == "removed" else workspace).file(key)
        shown = {path: diffs[path] for path in paths}
        parts.append(Part(key, title, state, tuple(paths), tuple(words), shown, problems))
    return sorted(parts, key=lambda part: (not part.is_finished, _rank(part.key), part.title))


def _only(files: Files, paths: Collection[str]) -> dict[str, str]:
    return {path: files[path] for path in paths if path in files}


def is_live(workspace: Workspace, live: Files, flow: str) -> bool:
    """Say whether a flow is live as it is drawn, with everything it says."""
    found = workspace.compiled.book.flows.get(flow)
    steps = found.steps.values() if found else ()
    says = {getattr(step, name, "") for step in steps for name in ("script", "retry")}
    paths = [f"flows/{flow}.yaml", *(f"scripts/{script}.yaml" for script in says if script)]
    return all(live.get(path) == workspace.files.get(path) for path in paths)


def said_only_by(workspace: Workspace, flow: str) -> list[str]:
    """Name the files of the scripts that nothing but one flow says."""
    book = workspace.compiled.book
    elsewhere = {deed.target for rule in workspace.compiled.rules for deed in rule.then}
    whole = book.workspace
    elsewhere |= {whole.fallback, whole.human.script, whole.human.closed}
    homes = _homes(book, book)
    own = (script for script, flows in homes.items() if flows == {flow})
    return sorted(f"scripts/{key}.yaml" for key in own if key in book.scripts.keys() - elsewhere)


def _homes(book: FlowBook, before: FlowBook) -> dict[str, set[str]]:
    """Name the flows that say each script, in the drafts or live."""
    homes: dict[str, set[str]] = {}
    for flow in (*book.flows.values(), *before.flows.values()):
        for step in flow.steps.values():
            for script in (getattr(step, "script", ""), getattr(step, "retry", "")):
                if script:
                    homes.setdefault(script, set()).add(flow.key)
    return homes


def _home(path: str, homes: Mapping[str, set[str]]) -> str:
    """Name the part a file belongs to: that of the only flow which says it, else its own."""
    folder, _slash, name = path.partition("/")
    flows = homes.get(name.removesuffix(".yaml"), set()) if folder == "scripts" else set()
    home = f"flows/{next(iter(flows))}.yaml" if len(flows) == 1 else path
    return TRAINING if path.startswith(TRAINING) else home


def _state(key: str, files: Files, live: Files) -> str:
    if key == TRAINING:
        return "changed"
    return "added" if key not in live else "removed" if key not in files else "changed"


def _rank(key: str) -> int:
    order = ("flows", "rules", "segments", "scripts", "experiments", "connectors")
    folder = key.partition("/")[0]
    return order.index(folder) if folder in order else len(order)
