"""Both engines on the same sentences: trained on one part, judged by another that neither saw."""

import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from runtime.nlu.cascade import EmbeddedModel, train
from runtime.nlu.rasa_command import Say
from runtime.nlu.rasa_training import EPOCHS, judge
from runtime.nlu.training import Classifier, Example, evaluate, read_file
from runtime.rasa_home import RasaHome

KEPT = 0.95
"""The share of what was taught that must still be taken for known."""
Measures = dict[str, float]


@dataclass(frozen=True)
class LabelledSet:
    """Sentences to train on, others to judge by, and some that belong to no intent."""

    name: str
    training: Sequence[Example]
    testing: Sequence[Example]
    strange: Sequence[Example] = ()


def read_set(folder: Path) -> LabelledSet:
    """Read train.csv, test.csv and, where there is one, oos_test.csv; else ValueError, OSError."""
    strange = folder / "oos_test.csv"
    return LabelledSet(
        folder.name,
        read_file(folder / "train.csv"),
        read_file(folder / "test.csv"),
        read_file(strange) if strange.exists() else (),
    )


def folders_of_sets(folder: Path) -> list[Path]:
    """Give the folders below that hold a set, by name; the folder itself when it is one."""
    folders = [folder, *sorted(below for below in folder.iterdir() if below.is_dir())]
    return [one for one in folders if (one / "train.csv").exists() and (one / "test.csv").exists()]


def judge_embedded(one: LabelledSet) -> Measures:
    """Train the embedded engine and measure it as it is served, and its sparse model alone.

    Times are CPU time: seconds of training, microseconds a sentence that is not remembered.
    """
    started = time.process_time()
    model = EmbeddedModel.load(train(one.training))
    found = {"training s CPU": time.process_time() - started}
    model.warm()
    served = evaluate(model, one.testing)
    found |= {"accuracy": served.accuracy, "macro-F1": served.macro_f1}
    found |= _times(model, one.testing)
    alone = EmbeddedModel(model.sparse)
    found["sparse accuracy"] = evaluate(alone, one.testing).accuracy
    found |= {f"sparse {name}": value for name, value in _times(alone, one.testing).items()}
    return found | (_strangers(model, one) if one.strange else {})


def judge_rasa(rasa: RasaHome, one: LabelledSet, say: Say, epochs: int = EPOCHS) -> Measures:
    """Train Rasa's DIET apart from the models it serves and measure it; RasaFailed when it cannot.

    Times are seconds of training and testing together, with Rasa's own start twice in them.
    """
    sample = "".join(example.text for example in one.training[:50])
    language = "zh" if any("\u4e00" <= sign <= "\u9fff" for sign in sample) else "en"
    with tempfile.TemporaryDirectory() as folder:
        apart, started = RasaHome(rasa.home, Path(folder)), time.monotonic()
        accuracy, macro_f1 = judge(apart, one.training, one.testing, language, say, epochs)
    took = time.monotonic() - started
    return {"accuracy": accuracy, "macro-F1": macro_f1, "epochs": epochs, "both s": took}


def _times(model: Classifier, testing: Sequence[Example]) -> Measures:
    times = []
    for example in testing:
        started = time.process_time_ns()
        model.parse(example.text)
        times.append((time.process_time_ns() - started) / 1000)
    parts = quantiles(times, n=20) if len(times) > 1 else times * 19
    return {"median µs CPU": parts[9], "p95 µs CPU": parts[18]}


def _strangers(model: Classifier, one: LabelledSet) -> Measures:
    """Say how well confidence tells what was never taught: AUROC, and the recall at 95 % kept.

    The AUROC is the share of pairs of a known and a strange sentence in which the known one is
    surer, a tie counting half (Mann and Whitney 1947).
    """
    known = sorted(model.parse(example.text).confidence for example in one.testing)
    strange = [model.parse(example.text).confidence for example in one.strange]
    below = sum(bisect_left(known, sure) + bisect_right(known, sure) for sure in strange)
    least = known[int(len(known) * (1 - KEPT))]
    return {
        "out of scope AUROC": 1 - below / 2 / len(known) / len(strange),
        "out of scope recall": sum(sure < least for sure in strange) / len(strange),
    }
