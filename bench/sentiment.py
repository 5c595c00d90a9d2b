"""How well feelings are read: accuracy of the sign, average precision of anger, CPU a message."""

import csv
import time
from itertools import islice

from bench.report import Report, Row
from runtime.nlu.sentiment import score

MOST_ROWS = 20_000


async def measure(report: Report, _seconds: float) -> None:
    """Measure with `--data FILE.csv` (text,label): 1 and 0 are good and bad, or names of moods."""
    if report.data is None:
        print("sentiment: name a set with the columns text and label (--data); passed over")
        return
    with report.data.open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], row["label"]) for row in islice(csv.DictReader(file), MOST_ROWS)]
    started = time.process_time()
    found = [score(text) for text, _ in rows]
    cpu = (time.process_time() - started) / len(rows) * 1e6
    report.add(Row("CPU a message", cpu, "µs", "lower", 60, report.source()))
    if {label for _, label in rows} <= {"0", "1"}:
        right = [
            (one.compound >= 0) == (label == "1")
            for one, (_, label) in zip(found, rows, strict=True)
        ]
        report.add(Row("accuracy", sum(right) / len(rows) * 100, "%", "higher", 88))
        silent = sum(one.compound == 0 for one in found) / len(rows) * 100
        report.add(Row("nothing found", silent, "%", "lower", None))
    else:
        pairs = [(one.anger, label == "angry") for one, (_, label) in zip(found, rows, strict=True)]
        report.add(Row("anger, average precision", _precision(pairs) * 100, "%", "higher", 77))


def _precision(pairs: list[tuple[float, bool]]) -> float:
    """Give the average precision: the mean, over the angry ones, of the precision down to each."""
    hits, total = 0, 0.0
    for rank, (_, angry) in enumerate(sorted(pairs, key=lambda pair: -pair[0]), 1):
        if angry:
            hits += 1
            total += hits / rank
    return total / hits if hits else 0.0
