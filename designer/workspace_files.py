"""Workspaces on disk: read from a folder or a zip within limits, and checked."""

from pathlib import Path

from flows.bundle import MOST_FILES, MOST_TOTAL, NAME, imported, unpacked
from flows.problems import Problem
from flows.yaml_text import MOST_BYTES, read
from runtime.compiling import compile_files


def read_folder_or_zip(path: Path) -> tuple[dict[str, str], list[Problem]]:
    """Read a workspace; what cannot come in is a problem."""
    if path.is_dir():
        contents, problems = _read_folder(path)
    else:
        if path.stat().st_size > MOST_TOTAL:
            return {}, [Problem("zip_too_big", path.name, 1, 1, values={"most": "32 MiB"})]
        contents, problems = unpacked(path.read_bytes())
    files, more = imported(contents)
    return files, problems + more


def problems_in(path: Path) -> list[Problem]:
    """Name everything wrong with a folder, a zip, or single YAML files of a workspace."""
    if path.is_file() and path.suffix in (".yaml", ".yml"):
        return _problems_in_file(path)
    files, problems = read_folder_or_zip(path)
    found = compile_files(files).problems if files or not problems else []
    return sorted(problems + found, key=lambda p: (p.file, p.line, p.column, p.code))


def _problems_in_file(path: Path) -> list[Problem]:
    """Check one file: within its workspace where it stands in one, else by itself."""
    for root in path.resolve().parents[:2]:
        name = path.resolve().relative_to(root).as_posix()
        if NAME.match(name) and (root / "workspace.yaml").is_file():
            return [problem for problem in problems_in(root) if problem.file == name]
    if path.stat().st_size > MOST_BYTES:
        return [Problem("too_big", path.name, 1, 1, values={"most": "1 MiB"})]
    return read(path.read_bytes(), path.name).problems


def _read_folder(root: Path) -> tuple[dict[str, bytes], list[Problem]]:
    contents: dict[str, bytes] = {}
    problems: list[Problem] = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if hidden or not path.is_file() or path.suffix not in (".yaml", ".yml"):
            continue
        if path.is_symlink() or len(contents) >= MOST_FILES:
            problems.append(Problem("unknown_file", name, 1, 1))
        elif path.stat().st_size > MOST_BYTES:
            problems.append(Problem("too_big", name, 1, 1, values={"most": "1 MiB"}))
        else:
            contents[name] = path.read_bytes()
    return contents, problems
