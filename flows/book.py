"""FlowBook: the flows and scripts of one workspace, read once from its files.

A workspace is a mapping of paths (`flows/presale.yaml`) to YAML text; so is a release.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from flows.model import Flow
from flows.problems import Problem
from flows.reading import read_flow
from flows.reading_scripts import read_script, read_widget, read_workspace
from flows.scripts import Script
from flows.workspace import Workspace
from flows.yaml_text import Document, read

Files = Mapping[str, str]
T = TypeVar("T", Flow, Script)


@dataclass(frozen=True)
class FlowBook:
    """Everything the engine walks through, and where each part came from."""

    workspace: Workspace = field(default_factory=Workspace)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    scripts: Mapping[str, Script] = field(default_factory=dict)
    intents: frozenset[str] = frozenset()
    documents: Mapping[str, Document] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def file_of(self, kind: str, key: str) -> Document:
        """Find the document that a flow or a script was read from."""
        return self.documents.get(f"{kind}/{key}.yaml", Document(f"{kind}/{key}.yaml"))


def open_book(files: Files, intents: frozenset[str] = frozenset()) -> FlowBook:
    """Read every flow and script; what cannot be read is a problem and left out."""
    documents = {
        path: read(text, path)
        for path, text in files.items()
        if path.startswith(("flows/", "scripts/")) or path in ("workspace.yaml", "widget.yaml")
    }
    workspace = Workspace()
    if "workspace.yaml" in documents and not documents["workspace.yaml"].problems:
        workspace = read_workspace(documents["workspace.yaml"])
    if "widget.yaml" in documents and not documents["widget.yaml"].problems:
        workspace = read_widget(documents["widget.yaml"], workspace)
    flows = _read_all(documents, "flows/", read_flow)
    scripts = _read_all(documents, "scripts/", read_script)
    problems = tuple(problem for document in documents.values() for problem in document.problems)
    return FlowBook(workspace, flows, scripts, intents, documents, problems)


def _read_all(
    documents: Mapping[str, Document], folder: str, reader: Callable[[Document], T]
) -> dict[str, T]:
    found: dict[str, T] = {}
    for path, document in documents.items():
        if not path.startswith(folder) or (document.problems and document.value is None):
            continue
        value = reader(document)
        name = path.removeprefix(folder).rsplit(".", 1)[0]
        if value.key != name:
            said = {"key": value.key, "name": name}
            document.problems.append(document.problem("key_is_not_file_name", (), **said))
            value = replace(value, key=name)
        found[name] = value
    return found
