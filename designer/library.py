"""Ready-made workspaces and templates to start from; they ship with the product."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import flows
from flows.model import Flow, Text
from flows.reading import read_flow
from flows.yaml_text import read

LIBRARY = Path(flows.__file__).parent / "library"
DEMO = "phone_shop"


@dataclass(frozen=True)
class Template:
    """A flow to start from: its files, what it is for, and the flow itself for its picture."""

    key: str
    title: Text
    description: Text
    flow: Flow
    files: dict[str, str]
    intents: dict[str, dict[str, str]]
    """What the intents that it brings along are called."""


def library_files(name: str) -> dict[str, str]:
    """Give the files of a ready-made workspace by their paths."""
    root = LIBRARY / name
    paths = sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".yml"))
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in paths}


@lru_cache(maxsize=1)
def templates() -> dict[str, Template]:
    """Give every template by its key."""
    folders = sorted(path.parent.name for path in LIBRARY.glob("templates/*/about.yaml"))
    return {name: _template(name) for name in folders}


def _template(name: str) -> Template:
    files = library_files(f"templates/{name}")
    about = read(files.pop("about.yaml")).value
    path = f"flows/{about['flow']}.yaml"
    flow = read_flow(read(files[path], path))
    return Template(
        name, about["title"], about["description"], flow, files, about.get("intents", {})
    )
