import io
import zipfile

import pytest

from flows.bundle import exported, imported, packed, unpacked
from tests.workspaces import SMALL


def test_export_import_export_gives_the_same_bytes() -> None:
    first = exported(SMALL)
    files, problems = imported(first)
    assert problems == []
    assert files == SMALL
    assert exported(files) == first
    assert first["flows/welcome.yaml"].startswith(b"# yaml-language-server: $schema=/schemas/flow")


def test_a_zip_gives_the_same_bytes_every_time() -> None:
    assert packed(SMALL) == packed(dict(reversed(SMALL.items())))
    contents, problems = unpacked(packed(SMALL))
    assert problems == []
    assert imported(contents)[0] == SMALL


@pytest.mark.parametrize("name", ["../evil.yaml", "/etc/x.yaml", "a/../../b.yaml", "..\\x.yaml"])
def test_a_path_that_leaves_the_folder_is_refused(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("workspace.yaml", "workspace: x")
        archive.writestr(name, "x")
    contents, problems = unpacked(out.getvalue())
    assert contents == {}
    assert [problem.code for problem in problems] == ["path_leaves_folder"]


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(40):
            archive.writestr(f"flows/f{i}.yaml", b"x" * 1_000_000)
    assert [problem.code for problem in unpacked(out.getvalue())[1]] == ["zip_too_big"]
    assert [problem.code for problem in unpacked(b"no zip")[1]] == ["not_a_zip"]


def test_a_foreign_file_is_named() -> None:
    problems = imported({"setup.py": b"x", "flows/A.yaml": b"x", "flows/a.yaml": b"\xff"})[1]
    assert [problem.code for problem in problems] == ["unknown_file", "not_utf8", "unknown_file"]
