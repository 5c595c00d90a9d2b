"""Trains Rasa on a workspace's own files: held out and measured first, then whole.

Every model is named by its training data, so that the runtime knows whether the loaded one belongs
to what is live.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.nlu.rasa_command import Say, run
from runtime.nlu.training import Example, taught, write_rasa
from runtime.rasa_home import TRIAL, RasaHome

EPOCHS = 60
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
- {{name: DIETClassifier, epochs: {epochs}, constrain_similarities: true, random_seed: 1}}
- name: EntitySynonymMapper
policies: []
"""


@dataclass(frozen=True)
class Trained:
    """A trained model, how it did on unseen sentences, and these; no measures where none were."""

    path: Path
    measures: Mapping[str, float]
    kept: tuple[Example, ...]
    held_out: tuple[Example, ...]


def train(
    rasa: RasaHome, files: Mapping[str, str], examples: Sequence[Example], language: str, say: Say
) -> Trained:
    """Measure on held-out sentences, then train on all; RasaFailed when Rasa does not manage.

    One training at a time: a second one is refused, whoever asks for it.
    """
    with rasa.training():
        _configure(rasa, language)
        kept, held_out = hold_out(examples)
        measures: dict[str, float] = {}
        if held_out:
            say(f"1/3 Training on {len(kept)} sentences, {len(held_out)} held out")
            trial = _train(rasa, TRIAL, {"kept.yml": write_rasa(kept)}, say)
            say("2/3 Measuring on what was held out")
            accuracy, macro_f1 = _measure(rasa, trial, held_out, say)
            measures = {"accuracy": accuracy, "macro_f1": macro_f1}
        say(f"3/3 Training on all {len(examples)} sentences")
        nlu = {path[4:]: text for path, text in files.items() if path[:4] == "nlu/"}
        model = _train(rasa, taught(files), nlu, say)
        rasa.clear_out(model)
    return Trained(model, measures, tuple(kept), tuple(held_out))


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
    fresh = rasa.folder / "fresh"
    config = str(rasa.folder / "config.yml")
    arguments = ["train", "nlu", "-c", config, "-u", str(data), "--out", str(fresh)]
    run(rasa, [*arguments, "--fixed-model-name", name], say)
    # A model that could not be written whole must not stand where the served one stood.
    rasa.models.mkdir(exist_ok=True)
    return (fresh / f"{name}.tar.gz").replace(rasa.models / f"{name}.tar.gz")


def judge(
    rasa: RasaHome,
    kept: Sequence[Example],
    out: Sequence[Example],
    language: str,
    say: Say,
    epochs: int = EPOCHS,
) -> tuple[float, float]:
    """Train Rasa on some sentences and give accuracy and macro F1 on others; serves nothing."""
    _configure(rasa, language, epochs)
    trial = _train(rasa, TRIAL, {"kept.yml": write_rasa(kept)}, say)
    return _measure(rasa, trial, list(out), say)


def _configure(rasa: RasaHome, language: str, epochs: int = EPOCHS) -> None:
    config = rasa.folder / "config.yml"
    if not config.exists():
        rasa.folder.mkdir(parents=True, exist_ok=True)
        tokenizer = "JiebaTokenizer" if language.startswith("zh") else "WhitespaceTokenizer"
        short = language.split("-", maxsplit=1)[0]
        text = CONFIG.format(language=short, tokenizer=tokenizer, epochs=epochs)
        config.write_text(text, "utf-8")


def _measure(rasa: RasaHome, model: Path, held_out: list[Example], say: Say) -> tuple[float, float]:
    test, results = rasa.folder / "held_out.yml", rasa.folder / "results"
    test.write_text(write_rasa(held_out), "utf-8")
    arguments = ["test", "nlu", "-m", str(model), "-u", str(test), "--out", str(results)]
    run(rasa, [*arguments, "--no-plot", "--no-errors"], say)
    report = json.loads((results / "intent_report.json").read_text("utf-8"))
    right = report["accuracy"] if "accuracy" in report else report["micro avg"]["f1-score"]
    return float(right), float(report["macro avg"]["f1-score"])
