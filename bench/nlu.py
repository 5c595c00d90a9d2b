"""Understanding on real sets: both engines, CPU, memory in service, every sentence over REST.

`--data FOLDER` measures every set below it (<name>/train.csv and test.csv), a FILE the set it lies
in. Rasa is measured beside where it is installed; its epochs are in the notes.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.load import Http
from bench.report import Report, Row
from designer.library import DEMO, library_files
from runtime.nlu.cascade import EmbeddedModel, train
from runtime.nlu.comparison import (
    LabelledSet,
    Measures,
    folders_of_sets,
    judge_embedded,
    judge_rasa,
    read_set,
)
from runtime.nlu.training import write_rasa
from runtime.nlu.understand import understand
from runtime.settings import read_settings
from tests.installation import Installation

GOALS = {
    "banking77": {"accuracy": 0.934, "sparse accuracy": 0.91, "training s CPU": 20},
    "banking77_10shot": {"accuracy": 0.83},
    "clinc150": {"accuracy": 0.953},
    "smp2020_zh": {"accuracy": 0.955, "sparse accuracy": 0.94},
}
USUAL = {
    "median µs CPU": 500,
    "p95 µs CPU": 4000,
    "sparse median µs CPU": 250,
    "out of scope AUROC": 0.97,
    "out of scope recall": 0.88,
}
MANY = 5_000
"""Sentences above which Rasa trains for few epochs: sixty take an hour and more."""
FEW_EPOCHS = 10
IN_SERVICE = """
import sys
from pathlib import Path
from runtime.nlu.cascade import EmbeddedModel
model = EmbeddedModel.load(Path(sys.argv[1]).read_bytes())
for line in Path(sys.argv[2]).read_text("utf-8").splitlines():
    model.parse(line)
assert "sklearn" not in sys.modules
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
"""


async def measure(report: Report, _seconds: float) -> None:
    """Measure every set under `--data`."""
    folder = report.data.parent if report.data and report.data.is_file() else report.data
    found = [read_set(one) for one in folders_of_sets(folder)] if folder else []
    if not found:
        print("nlu: name a folder of sets with train.csv and test.csv (--data); passed over")
        return
    for one in found:
        _compare(report, one)
    smallest = min(found, key=lambda one: len(one.testing))
    await _over_rest(report, smallest)


def _compare(report: Report, one: LabelledSet) -> None:
    _add(report, "embedded", one.name, judge_embedded(one))
    model = EmbeddedModel.load(train(one.training))
    for example in one.testing:
        understand(model, example.text)
    started = time.process_time()
    for example in one.testing:
        understand(model, example.text)
    again = (time.process_time() - started) / len(one.testing) * 1e6
    report.add(Row("embedded: remembered", again, "µs CPU", "lower", 20, one.name))
    texts = [" ".join(example.text.split()) for example in one.testing]
    served = (("sparse", EmbeddedModel(model.sparse), 150), ("with the encoder", model, 250))
    for name, kept, most in served:
        row = Row(f"memory in service, {name}", _memory(kept, texts), "MB", "lower", most, one.name)
        report.add(row)
    rasa = read_settings().rasa
    if rasa.is_installed:
        few = {"epochs": FEW_EPOCHS} if len(one.training) > MANY else {}
        _add(report, "Rasa", one.name, judge_rasa(rasa, one, lambda _line: None, **few))


def _add(report: Report, engine: str, name: str, measures: Measures) -> None:
    goals = USUAL | GOALS.get(name, {}) if engine == "embedded" else {}
    epochs = f", {measures['epochs']:.0f} epochs" if "epochs" in measures else ""
    for what, value in measures.items():
        share = value <= 1 and " CPU" not in what
        target = goals.get(what)
        row = Row(
            f"{engine}: {what}",
            value * 100 if share else value,
            "%" if share else "",
            "higher" if share else "lower",
            target * 100 if share and target else target,
            name + epochs,
        )
        report.add(row)


def _memory(model: EmbeddedModel, texts: list[str]) -> float:
    """Give the resident MB of a process that has done nothing but parse these texts."""
    with tempfile.TemporaryDirectory() as folder:
        kept, asked = Path(folder) / "model.npz", Path(folder) / "texts"
        kept.write_bytes(model.dump())
        asked.write_text("\n".join(texts), "utf-8")
        command = [sys.executable, "-c", IN_SERVICE, str(kept), str(asked)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


async def _over_rest(report: Report, one: LabelledSet) -> None:
    """Ask an installation every sentence; `post` stops at anything but a 200."""
    files = dict(library_files(DEMO))
    files["nlu/real.yml"] = write_rasa(one.training)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder) / "ws" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        installation = Installation(Path(folder))
        installation.run("import", str(Path(folder) / "ws"), "--publish")
        installation.start()
        try:
            client = Http(installation.port)
            answered = 0
            for number, example in enumerate(one.testing):
                body = {"sender": f"s{number}", "message": example.text}
                answered += len(await client.post("/webhooks/rest/webhook", body)) > 2
        finally:
            installation.stop()
    share = answered / len(one.testing) * 100
    note = f"{len(one.testing)} sentences of {one.name}"
    report.add(Row("answered over REST", share, "%", "higher", 100, note))
