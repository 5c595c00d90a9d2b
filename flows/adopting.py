"""Files of another workspace taken into this one; names that are in use give way to free ones."""

from collections.abc import Collection, Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap

from flows.book import Files
from flows.clipping import free_name
from flows.yaml_text import edit

NAMED = {
    "say": "scripts",
    "ask": "scripts",
    "retry": "scripts",
    "call": "flows",
    "request": "connectors",
}
"""Which keys of a step name a file of their own."""


def adopted(files: Files, taken: Collection[str]) -> dict[str, str]:
    """Give files under paths that are free; flows and scripts that were renamed are led along."""
    names: dict[str, dict[str, str]] = {"flows": {}, "scripts": {}, "connectors": {}}
    paths: dict[str, str] = {}
    used = set(taken)
    for path in files:
        folder, _, name = path.rpartition("/")
        stem, _, ending = name.rpartition(".")
        here = {p[len(folder) + 1 :].rpartition(".")[0] for p in used if p.startswith(f"{folder}/")}
        new = free_name(stem, here)
        paths[path] = f"{folder}/{new}.{ending}"
        used.add(paths[path])
        if folder in names and new != stem:
            names[folder][stem] = new
    return {paths[path]: _renamed(path, text, names) for path, text in files.items()}


def _renamed(path: str, text: str, names: Mapping[str, Mapping[str, str]]) -> str:
    if not any(names.values()) or not path.startswith(("flows/", "scripts/", "connectors/")):
        return text

    def change(tree: CommentedMap) -> None:
        for kind in ("flow", "script", "connector"):
            new = names[f"{kind}s"].get(str(tree.get(kind)))
            if new and path.startswith(f"{kind}s/"):
                tree[kind] = new
        for step in _steps(tree):
            for key, folder in NAMED.items():
                if step.get(key) in names[folder]:
                    step[key] = names[folder][step[key]]

    return edit(text, change)


def _steps(tree: CommentedMap) -> list[Any]:
    steps = tree.get("steps")
    values = steps.values() if isinstance(steps, CommentedMap) else ()
    return [step for step in values if isinstance(step, CommentedMap)]
