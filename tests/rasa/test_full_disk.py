"""No room for a model while Rasa writes it: what is served stays, and whoever asked is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.rasa_home import ROOT, RasaHome

RASA = Path(os.environ.get("DIALOOM_RASA") or ROOT / ".rasa")
TRAIN = """
import resource, sys
from pathlib import Path
from runtime.nlu.rasa_command import RasaFailed
from runtime.nlu.rasa_training import train
from runtime.nlu.training import Example, write_rasa
from runtime.rasa_home import RasaHome
words = [f"{number * 7919:x} {number * 104729:x}" for number in range(1, 400)]
said = [Example(f"{start} {end}", start) for start in ("price", "refund") for end in words]
# Bytes of a file, for Rasa as well: enough for its cache's table, too few for a model.
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
home = RasaHome(Path(sys.argv[1]), Path(sys.argv[2]))
try:
    train(home, {"nlu/a.yml": write_rasa(said)}, said, "en", print)
except (RasaFailed, OSError) as error:
    print("SAID:", str(error))
"""
QUICK = """\
recipe: default.v1
assistant_id: dialoom
language: en
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
- name: LogisticRegressionClassifier
policies: []
"""


@pytest.mark.skipif(not (RASA / ".ready").exists(), reason="Rasa is not installed: make rasa")
def test_the_served_model_outlives_a_training_that_had_no_room(tmp_path: Path) -> None:
    home = RasaHome(RASA, tmp_path)
    home.models.mkdir()
    served = home.models / "served.tar.gz"
    served.write_bytes(b"served")
    home.promote(served)
    (tmp_path / "config.yml").write_text(QUICK, "utf-8")
    command = [sys.executable, "-c", TRAIN, str(RASA), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    said = done.stdout.partition("SAID: ")[2].splitlines()
    assert said[0] == "OSError: [Errno 27] File too large", done.stdout
    assert list(home.models.iterdir()) == [served]
    assert home.current() == served
