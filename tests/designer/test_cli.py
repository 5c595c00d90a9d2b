"""The `dialoom` command on real folders."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.installation import DIALOOM, Installation
from tests.workspaces import SMALL

BOMBS = {
    "deep.yaml": "[" * 1_000_000,
    "huge.yaml": "[" * 10_000_000,
    "aliases.yaml": "a: &a [x]\n" + "b: [" + "*a," * 500 + "]\n",
    "cycle.yaml": "&a [*a]\n",
    "utf8.yaml": "a: \udcff\n",
}


def _write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def test_check_names_every_fault_with_its_place(tmp_path: Path) -> None:
    files = dict(SMALL)
    files["flows/welcome.yaml"] = files["flows/welcome.yaml"].replace("say: hi,", "say: ho,")
    files["rules/dwell.yaml"] = files["rules/dwell.yaml"].replace("1s", "soon")
    found = Installation(tmp_path).run("check", str(_write(tmp_path / "ws", files)), status=1)
    assert "flows/welcome.yaml:4:8 unknown_script:" in found
    assert "rules/dwell.yaml:3:" in found
    as_json = Installation(tmp_path).run("check", "--json", str(tmp_path / "ws"), status=1)
    assert {problem["code"] for problem in json.loads(as_json)} == {
        "unknown_script",
        "bad_duration",
    }
    clean = _write(tmp_path / "clean", SMALL)
    assert Installation(tmp_path).run("check", str(clean)) == "No problems.\n"
    assert Installation(tmp_path).run("check", str(tmp_path / "nothing"), status=2) == ""


MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=2)
_pid, status, used = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_soon_and_in_little_memory(tmp_path: Path, name: str) -> None:
    path = _write(tmp_path, {name: BOMBS[name]}) / name
    # Measured from a small process: a child's peak counts what its parent held at the fork.
    command = [sys.executable, "-c", MEASURE, DIALOOM, "check", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    status, cpu, memory = done.stdout.split()
    assert status == "1"
    assert f"{name}:" in done.stderr
    assert float(cpu) < 1
    assert int(memory) < 200_000


def test_export_import_export_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = Installation(tmp_path / "a"), Installation(tmp_path / "b")
    for installation in (first, second):
        installation.data.mkdir()
    first.run("import", str(_write(tmp_path / "ws", SMALL)), "--publish")
    first.run("export", str(tmp_path / "one"))
    first.run("export", str(tmp_path / "one.zip"))
    second.run("import", str(tmp_path / "one"))
    second.run("export", str(tmp_path / "two"))
    second.run("export", str(tmp_path / "two.zip"))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    for path in (tmp_path / "one").rglob("*.*"):
        twin = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == twin.read_bytes()
    assert "Release 2 is live" in first.run("publish", "-m", "again")
    assert "Release 1 is live again" in first.run("rollback", "1")
    assert first.run("diff", "1", "2") == ""
    first.run("rollback", "9", status=2)


def test_rules_are_explained_and_understanding_is_measured(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.run("import", str(_write(tmp_path / "ws", SMALL)))
    viewed = {
        "anonymousId": "v",
        "event": "Product Viewed",
        "properties": {"name": "iPhone15 Pro"},
        "at": 1,
    }
    tick = {"anonymousId": "v", "event": "tick", "at": 10}
    events = tmp_path / "events.jsonl"
    events.write_text(f"{json.dumps(viewed)}\n{json.dumps(tick)}\n", "utf-8")
    explained = installation.run("rules", "explain", "dwell", "--events", str(events))
    assert "dwell: fires" in explained
    assert "+ cart.count eq 0, found 0" in explained
    assert "dwell: fires" in installation.run("rules", "simulate", "--events", str(events))
    data = tmp_path / "test.csv"
    data.write_text("text,intent\n价格多少,ask_price\n转人工服务,ask_human\n", "utf-8")
    measured = json.loads(installation.run("nlu", "test", "--data", str(data), "--json"))
    assert measured["accuracy"] == 1.0
    compared = json.loads(installation.run("nlu", "compare", "--data", str(data), "--json"))
    assert compared["embedded"]["accuracy"] == 1.0
    assert set(compared) == {"embedded", "rasa"}
    assert "durable-rules" in installation.run("doctor")
