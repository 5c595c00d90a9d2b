"""FlowBook: the flows and scripts of one workspace, read once from its files.

A workspace is a mapping of paths (`flows/presale.yaml`) to YAML text; so is a release.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TypeVar

from flows.connectors import Connector, read_connector
from flows.experiments import Experiment, read_experiment
from flows.model import Flow
from flows.problems import Problem
from flows.reading_long import read_any_flow
from flows.reading_scripts import read_script, read_widget, read_workspace
from flows.scripts import Script
from flows.workspace import Workspace
from flows.yaml_text import Document, read

Files = Mapping[str, str]
T = TypeVar("T", Flow, Script, Connector, Experiment)


@dataclass(frozen=True)
class FlowBook:
    """Everything the engine walks through, and where each part came from."""

    workspace: Workspace = field(default_factory=Workspace)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    scripts: Mapping[str, Script] = field(default_factory=dict)
    connectors: Mapping[str, Connector] = field(default_factory=dict)
    intents: frozenset[str] = frozenset()
    documents: Mapping[str, Document] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    entities: frozenset[str] = frozenset()
    experiments: Mapping[str, Experiment] = field(default_factory=dict)

    def file_of(self, kind: str, key: str) -> Document:
        """Find the document that a flow or a script was read from."""
        return self.documents.get(f"{kind}/{key}.yaml", Document(f"{kind}/{key}.yaml"))


def open_book(
    files: Files,
    intents: frozenset[str] = frozenset(),
    entities: frozenset[str] = frozenset(),
) -> FlowBook:
    """Read every flow and script; what cannot be read is a problem and left out."""
    documents: dict[str, Document] = {}
    flows: dict[str, Flow] = {}
    scripts: dict[str, Script] = {}
    connectors: dict[str, Connector] = {}
    experiments: dict[str, Experiment] = {}
    for path, text in files.items():
        if path.startswith("flows/"):
            documents[path], flow = _opened(path, text, read_any_flow)
            flows |= {flow.key: flow} if flow else {}
        elif path.startswith("scripts/"):
            documents[path], script = _opened(path, text, read_script)
            scripts |= {script.key: script} if script else {}
        elif path.startswith("connectors/"):
            documents[path], connector = _opened(path, text, read_connector)
            connectors |= {connector.key: connector} if connector else {}
        elif path.startswith("experiments/"):
            documents[path], experiment = _opened(path, text, read_experiment)
            experiments |= {experiment.key: experiment} if experiment else {}
        elif path in ("workspace.yaml", "widget.yaml"):
            documents[path] = read(text, path)
    workspace = Workspace()
    if "workspace.yaml" in documents and not documents["workspace.yaml"].problems:
        workspace = read_workspace(documents["workspace.yaml"])
    if "widget.yaml" in documents and not documents["widget.yaml"].problems:
        workspace = read_widget(documents["widget.yaml"], workspace)
    problems = tuple(problem for document in documents.values() for problem in document.problems)
    return FlowBook(
        workspace,
        flows,
        scripts,
        connectors,
        intents,
        documents,
        problems,
        entities,
        experiments,
    )


@lru_cache(maxsize=4096)
def _opened(path: str, text: str, reader: Callable[[Document], T]) -> tuple[Document, T | None]:
    """Read one file, once for each text it ever had: of a workspace, an edit changes one or two."""
    document = read(text, path)
    if document.problems and document.value is None:
        return document, None
    value = reader(document)
    name = path.rpartition("/")[2].rsplit(".", 1)[0]
    if value.key != name:
        said = {"key": value.key, "name": name}
        document.problems.append(document.problem("key_is_not_file_name", (), **said))
        value = replace(value, key=name)
    return document, value
