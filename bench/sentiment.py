"""How well feelings are read: accuracy of the sign, average precision of anger, CPU a message."""

import csv
import time
from itertools import islice
from pathlib import Path
from statistics import median

from bench.report import Report, Row
from designer.cli_sentiment import FELT
from designer.library import DEMO, library_files
from rules.mood import language_of
from runtime.compiling import read_examples
from runtime.nlu import mood_training
from runtime.nlu.mood_table import MoodTable
from runtime.nlu.mood_training import average_precision
from runtime.nlu.sentiment import score

MOST_ROWS = 20_000
NO_QUESTION = (*FELT, "affirm", "deny", "greet", "goodbye", "ask_human")
"""Intents of the demo whose sentences ask nothing of the shop."""


async def measure(report: Report, _seconds: float) -> None:
    """Measure with `--data FILE.csv` (text,label): 1 and 0 are good and bad, or names of moods.

    A folder of Chinese sets (`*_zh`) is learned from as a whole, but for its test parts.
    """
    if report.data is None:
        print("sentiment: name a set with the columns text and label (--data); passed over")
        return
    if report.data.is_dir():
        _measure_all(report, report.data)
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
        report.add(
            Row("anger, average precision", average_precision(pairs) * 100, "%", "higher", 77)
        )
    _measure_learned(report, rows)


def _measure_all(report: Report, folder: Path) -> None:
    """Learn one table from all that is no test, and judge it by every test."""
    files = sorted(folder.glob("*_zh/*.csv"))
    taught = [
        row
        for file in files
        if "test" not in file.stem
        for row in mood_training.read_rows(file.read_text("utf-8"))
    ]
    examples, _problems = read_examples(library_files(DEMO))
    asked = sorted({one.text for one in examples if one.intent not in NO_QUESTION})
    asked = [text for text in asked if language_of(text) == "zh"]
    started = time.process_time()
    table = MoodTable.load(mood_training.train(taught, asked[::2]))
    took = time.process_time() - started
    report.add(Row("training of a table", took, "s CPU", "lower", None, f"{len(taught)} rows"))
    for file in (file for file in files if "test" in file.stem):
        _judge(report, table, file)
    found = mood_training.measure(table, [], asked[1::2])
    share = (found.escalated or 0.0) * 100
    note = f"{len(asked[1::2])} service questions of the demo, not taught"
    report.add(Row("plain questions escalated", share, "%", "lower", 3, note))


def _judge(report: Report, table: MoodTable, file: Path) -> None:
    rows, times = mood_training.read_rows(file.read_text("utf-8")), []
    for row in rows:
        started = time.process_time_ns()
        table.read(row.text)
        times.append((time.process_time_ns() - started) / 1000)
    name, found = f"{file.parent.name}/{file.stem}", mood_training.measure(table, rows)
    report.add(Row("CPU a message, median", median(times), "µs", "lower", 60, name))
    if found.accuracy is not None:
        goal = {"shopping_zh": 92, "waimai_zh": 88}.get(file.parent.name)
        report.add(Row("accuracy", found.accuracy * 100, "%", "higher", goal, name))
    if found.anger_precision is not None:
        share = found.anger_precision * 100
        report.add(Row("anger, average precision", share, "%", "higher", 77, name))


def _measure_learned(report: Report, rows: list[tuple[str, str]]) -> None:
    """Measure a table learned from the `train.csv` beside the set, where there is one."""
    known = report.data.with_name("train.csv") if report.data else None
    if known is None or not known.exists():
        return
    started = time.process_time()
    taught = mood_training.read_rows(known.read_text("utf-8"))
    table = MoodTable.load(mood_training.train(taught))
    took = time.process_time() - started
    report.add(Row("training of a table", took, "s CPU", "lower", None, f"{len(taught)} rows"))
    started = time.process_time()
    for text, _ in rows:
        table.read(text)
    cpu = (time.process_time() - started) / len(rows) * 1e6
    report.add(Row("CPU a message, table", cpu, "µs", "lower", 60))
    found = mood_training.measure(table, [mood_training.Labelled(*row) for row in rows])
    if found.accuracy is not None:
        report.add(Row("accuracy, table", found.accuracy * 100, "%", "higher", 88))
    if found.anger_precision is not None:
        share = found.anger_precision * 100
        report.add(Row("anger, average precision, table", share, "%", "higher", 77))
