"""Trains Rasa on a workspace's own files: held out and measured first, then whole, then swapped in.

Every model is named by its training data, so that the runtime knows whether the loaded one belongs
to what is live. The one before is kept for the way back.
"""

import json
import os
import random
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.nlu.training import Example, fingerprint, write_rasa
from runtime.rasa_home import RasaHome

Say = Callable[[str], None]
HELD_OUT = 0.2
LEAST = 5
"""Sentences of an intent below which none of it is held out."""
CONFIG = """\
recipe: default.v1
assistant_id: dialoom
language: {language}
pipeline:
- name: {tokenizer}
- name: RegexFeaturizer
- name: LexicalSyntacticFeaturizer
- name: CountVectorsFeaturizer
- {{name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}}
- {{name: DIETClassifier, epochs: 60, constrain_similarities: true, random_seed: 1}}
- name: EntitySynonymMapper
policies: []
"""


class RasaFailed(Exception):
    """Rasa's own command ended badly; its last lines say why."""


@dataclass(frozen=True)
class Trained:
    """A trained model, and its accuracy on unseen sentences (None: too few to hold any out)."""

    path: Path
    accuracy: float | None
    held_out: tuple[Example, ...]


def train(
    rasa: RasaHome, files: Mapping[str, str], examples: Sequence[Example], language: str, say: Say
) -> Trained:
    """Measure on held-out sentences, then train on all; RasaFailed when Rasa does not manage."""
    _configure(rasa, language)
    kept, held_out = hold_out(examples)
    accuracy = None
    if held_out:
        say(f"1/3 Training on {len(kept)} sentences, {len(held_out)} held out")
        trial = _train(rasa, "trial", {"kept.yml": write_rasa(kept)}, say)
        say("2/3 Measuring on what was held out")
        accuracy, _macro_f1 = _measure(rasa, trial, held_out, say)
    say(f"3/3 Training on all {len(examples)} sentences")
    nlu = {path.removeprefix("nlu/"): text for path, text in files.items() if path[:4] == "nlu/"}
    return Trained(_train(rasa, fingerprint(examples), nlu, say), accuracy, tuple(held_out))


def hold_out(examples: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Hold a fifth of every intent out, the same one for the same examples."""
    by_intent: dict[str, list[Example]] = {}
    for example in sorted(set(examples), key=lambda one: (one.intent, one.text)):
        by_intent.setdefault(example.intent, []).append(example)
    kept: list[Example] = []
    out: list[Example] = []
    dice = random.Random(0)  # noqa: S311  a fixed choice, not a secret
    for group in by_intent.values():
        dice.shuffle(group)
        many = int(len(group) * HELD_OUT) if len(group) >= LEAST else 0
        out += group[:many]
        kept += group[many:]
    return kept, out


def _train(rasa: RasaHome, name: str, nlu: Mapping[str, str], say: Say) -> Path:
    data = rasa.folder / "data" / name
    data.mkdir(parents=True, exist_ok=True)
    for old in data.iterdir():
        old.unlink()
    for file, text in nlu.items():
        (data / file).write_text(text, "utf-8")
    models = rasa.folder / "models"
    config = str(rasa.folder / "config.yml")
    arguments = ["train", "nlu", "-c", config, "-u", str(data), "--out", str(models)]
    run(rasa, [*arguments, "--fixed-model-name", name], say)
    return models / f"{name}.tar.gz"


def judge(
    rasa: RasaHome, kept: Sequence[Example], out: Sequence[Example], language: str, say: Say
) -> tuple[float, float]:
    """Train Rasa on some sentences and give accuracy and macro F1 on others; serves nothing."""
    _configure(rasa, language)
    trial = _train(rasa, "trial", {"kept.yml": write_rasa(kept)}, say)
    return _measure(rasa, trial, list(out), say)


def _configure(rasa: RasaHome, language: str) -> None:
    config = rasa.folder / "config.yml"
    if not config.exists():
        rasa.folder.mkdir(parents=True, exist_ok=True)
        tokenizer = "JiebaTokenizer" if language.startswith("zh") else "WhitespaceTokenizer"
        text = CONFIG.format(language=language.split("-", maxsplit=1)[0], tokenizer=tokenizer)
        config.write_text(text, "utf-8")


def _measure(rasa: RasaHome, model: Path, held_out: list[Example], say: Say) -> tuple[float, float]:
    test, results = rasa.folder / "held_out.yml", rasa.folder / "results"
    test.write_text(write_rasa(held_out), "utf-8")
    arguments = ["test", "nlu", "-m", str(model), "-u", str(test), "--out", str(results)]
    run(rasa, [*arguments, "--no-plot", "--no-errors"], say)
    report = json.loads((results / "intent_report.json").read_text("utf-8"))
    right = report["accuracy"] if "accuracy" in report else report["micro avg"]["f1-score"]
    return float(right), float(report["macro avg"]["f1-score"])


def run(rasa: RasaHome, arguments: list[str], say: Say) -> None:
    """Run one command of Rasa, its lines told as they come; RasaFailed with the last of them."""
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603  our own command, no shell
        [str(rasa.home / "bin" / "rasa"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        env=environment,
        cwd=rasa.folder,
    ) as process:
        for line in process.stdout or ():
            last = [*last[-9:], line.rstrip()]
            say(f"    {line.rstrip()}")
        if process.wait() != 0:
            raise RasaFailed("\n".join(last))
