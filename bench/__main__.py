"""`make bench` or `make bench ONLY=turns DATA=file.csv`: runs benches, prints and keeps a table."""

import argparse
from pathlib import Path

import uvloop

from bench import (
    canvas,
    events,
    experiments,
    nlu,
    rule_faults,
    rule_service,
    rules,
    scaling,
    sentiment,
    sockets,
    turns,
)
from bench.report import Report

BENCHES = {
    "turns": turns.measure,
    "sockets": sockets.measure,
    "scaling": scaling.measure,
    "events": events.measure,
    "rules": rules.measure,
    "rule_service": rule_service.measure,
    "rule_faults": rule_faults.measure,
    "experiments": experiments.measure,
    "nlu": nlu.measure,
    "sentiment": sentiment.measure,
    "canvas": canvas.measure,
}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", choices=BENCHES)
    parser.add_argument("--data", type=Path, help="CSV with a header text,intent")
    parser.add_argument("--seconds", type=float, default=8.0)
    given = parser.parse_args()
    for name, measure in BENCHES.items():
        if given.only in (None, name):
            report = Report(name, given.data)
            uvloop.run(measure(report, given.seconds))
            report.finish()


if __name__ == "__main__":
    main()
