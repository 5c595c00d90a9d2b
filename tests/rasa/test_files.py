"""Rasa itself reads the same out of what was taken in as out of what was given."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from designer.sentence_imports import taken_in
from tests.designer.test_rasa_files import FORMS, WORKSPACE
from tests.rasa.test_bert_bilstm import HOME, QUIET


def test_rasa_reads_the_same_out_of_what_was_taken_in(tmp_path: Path) -> None:
    if not (HOME / ".ready").exists():
        pytest.skip("Rasa is not installed: make rasa")
    (project,) = HOME.glob("lib/python3.*/site-packages/rasa/cli/initial_project/data/nlu.yml")
    folders = []
    for name, text in {"forms": FORMS, "project": project.read_text("utf-8")}.items():
        given, taken = tmp_path / name / "given", tmp_path / name / "taken"
        given.mkdir(parents=True)
        taken.mkdir()
        (given / "nlu.yml").write_text(text, "utf-8")
        found = taken_in(WORKSPACE, text.encode(), is_table=False)
        assert found.long == found.unnamed == ()
        for path, body in found.changed.items():
            (taken / Path(path).name).write_text(body or "", "utf-8")
        folders += [str(given), str(taken)]
    script = str(Path(__file__).with_name("same_meaning.py"))
    done = subprocess.run(
        [str(HOME / "bin" / "python"), script, *folders],
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [[9, []], [68, []]]
