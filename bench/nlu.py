"""Understanding, trained and tested on a real set: accuracy, CPU, and every sentence over REST."""

import tempfile
import time
from bisect import bisect_left, bisect_right
from pathlib import Path

from bench.load import Http
from bench.report import Report, Row
from designer.library import DEMO, library_files
from runtime.nlu.cascade import EmbeddedModel, train
from runtime.nlu.training import Example, evaluate, read_file, write_rasa
from tests.installation import Installation


async def measure(report: Report, _seconds: float) -> None:
    """Measure with `--data <folder>/test.csv`, trained on `train.csv` beside it."""
    if report.data is None or not (report.data.parent / "train.csv").exists():
        print("nlu: name a test set with train.csv beside it (--data); passed over")
        return
    training, testing = read_file(report.data.parent / "train.csv"), read_file(report.data)
    started = time.process_time()
    model = EmbeddedModel.load(train(training))
    report.add(Row("training", time.process_time() - started, "s CPU", "lower", 20))
    found = evaluate(model, testing)
    report.add(Row("accuracy", found.accuracy * 100, "%", "higher", 94, report.source()))
    report.add(Row("macro-F1", found.macro_f1 * 100, "%", "higher", None, report.source()))
    started = time.process_time()
    for example in testing:
        model.parse(example.text)
    cpu = (time.process_time() - started) / len(testing) * 1e6
    report.add(Row("parse, uncached", cpu, "µs CPU", "lower", 250))
    _out_of_scope(report, model, testing)
    await _over_rest(report, training, testing)


def _out_of_scope(report: Report, model: EmbeddedModel, testing: list[Example]) -> None:
    """Say how well confidence tells what was never taught, where `oos_test.csv` stands beside."""
    strange = report.data.parent / "oos_test.csv" if report.data else None
    if strange is None or not strange.exists():
        return
    known = sorted(model.parse(example.text).confidence for example in testing)
    unknown = [model.parse(example.text).confidence for example in read_file(strange)]
    below = sum(bisect_left(known, one) + bisect_right(known, one) for one in unknown)
    auroc = 1 - below / 2 / len(known) / len(unknown)
    least = known[len(known) // 20]
    recall = sum(one < least for one in unknown) / len(unknown)
    report.add(Row("out of scope, AUROC", auroc * 100, "%", "higher", 97, report.source()))
    report.add(Row("out of scope, recall at 95 % kept", recall * 100, "%", "higher", 88))


async def _over_rest(report: Report, training: list[Example], testing: list[Example]) -> None:
    files = dict(library_files(DEMO))
    files["nlu/real.yml"] = write_rasa(training)
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
            for number, example in enumerate(testing):
                body = {"sender": f"s{number}", "message": example.text}
                # `post` stops at anything but a 200.
                answered += len(await client.post("/webhooks/rest/webhook", body)) > 2
        finally:
            installation.stop()
    share = answered / len(testing) * 100
    report.add(Row("answered over REST", share, "%", "higher", 100, f"{len(testing)} sentences"))
