"""A whole workspace as a folder or zip of YAML files, in and out.

Bytes in, bytes out: this module opens nothing itself but the archive it was handed. On export each
file names its JSON Schema in a first line for editors; on import just that line is taken off again,
so that exporting, importing and exporting gives the same bytes.
"""

import io
import re
import zipfile
from collections.abc import Mapping

from flows.book import Files
from flows.problems import Problem
from flows.yaml_text import MOST_BYTES

MOST_FILES = 2_000
MOST_TOTAL = 32 * MOST_BYTES
NAME = re.compile(
    r"(workspace|widget)\.yaml\Z|(flows|scripts|rules|connectors|segments|experiments|knowledge)/[a-z][a-z0-9_-]*\.yaml\Z"
    r"|nlu/[A-Za-z0-9_-]+\.yml\Z"
)
KIND_OF_FOLDER = {
    "flows": "flow",
    "scripts": "script",
    "rules": "rule",
    "connectors": "connector",
    "segments": "segment",
    "experiments": "experiment",
}
SCHEMA_LINE = "# yaml-language-server: $schema=/schemas/{kind}.json\n"


def kind_of(path: str) -> str:
    """Name the kind of object a file holds: flow, script, rule, workspace, widget or nlu."""
    folder, _, name = path.rpartition("/")
    return KIND_OF_FOLDER.get(folder, folder) if folder else name.removesuffix(".yaml")


def exported(files: Files) -> dict[str, bytes]:
    """Give each file as it is written to disk, its schema named in the first line."""
    return {path: (_schema_line(path) + text).encode() for path, text in sorted(files.items())}


def imported(contents: Mapping[str, bytes]) -> tuple[dict[str, str], list[Problem]]:
    """Take files as they came from disk; what may not come in is a problem with its name."""
    files: dict[str, str] = {}
    problems = []
    for path, content in sorted(contents.items()):
        if not NAME.match(path):
            problems.append(Problem("unknown_file", path, 1, 1))
        elif len(content) > MOST_BYTES:
            problems.append(Problem("too_big", path, 1, 1, values={"most": "1 MiB"}))
        else:
            try:
                files[path] = content.decode("utf-8").removeprefix(_schema_line(path))
            except UnicodeDecodeError as error:
                line = content[: error.start].count(b"\n") + 1
                column = error.start - content.rfind(b"\n", 0, error.start)
                problems.append(Problem("not_utf8", path, line, column))
    return files, problems


def packed(files: Files) -> bytes:
    """Give a workspace as a zip; the same files always give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in exported(files).items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def unpacked(content: bytes) -> tuple[dict[str, bytes], list[Problem]]:
    """Read a zip within limits; a name that leaves the folder or a bomb is refused."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError):
        return {}, [Problem("not_a_zip", "", 1, 1)]
    entries = [info for info in archive.infolist() if not info.is_dir()]
    if len(entries) > MOST_FILES or sum(info.file_size for info in entries) > MOST_TOTAL:
        return {}, [Problem("zip_too_big", "", 1, 1, values={"most": f"{MOST_FILES}, 32 MiB"})]
    found: dict[str, bytes] = {}
    for info in entries:
        parts = info.filename.split("/")
        if ".." in parts or info.filename.startswith("/") or "\\" in info.filename:
            return {}, [Problem("path_leaves_folder", info.filename, 1, 1)]
        try:
            with archive.open(info) as entry:
                # One byte more than announced is read, so that a lying header is noticed.
                found[info.filename] = entry.read(MOST_BYTES + 1)
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError):
            return {}, [Problem("not_a_zip", info.filename, 1, 1)]
    return _without_top_folder(found), []


def _without_top_folder(found: dict[str, bytes]) -> dict[str, bytes]:
    tops = {path.split("/")[0] for path in found}
    if len(tops) == 1 and "workspace.yaml" not in found:
        (top,) = tops
        if f"{top}/workspace.yaml" in found:
            return {path.removeprefix(f"{top}/"): content for path, content in found.items()}
    return found


def _schema_line(path: str) -> str:
    kind = kind_of(path)
    return "" if kind in ("nlu", "knowledge") else SCHEMA_LINE.format(kind=kind)
