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
    soak,
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
    "soak": soak.measure,
}
SECONDS = 8.0
APART = {"soak": soak.SECONDS}
"""What runs only when it is asked for, and for how long."""


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--only", choices=BENCHES)
    parser.add_argument("--data", type=Path, help="CSV with a header text,intent")
    parser.add_argument("--seconds", type=float)
    given = parser.parse_args()
    for name, measure in BENCHES.items():
        if given.only == name or not (given.only or name in APART):
            report = Report(name, given.data)
            uvloop.run(measure(report, given.seconds or APART.get(name, SECONDS)))
            report.finish()


if __name__ == "__main__":
    main()
