"""Ten minutes of real clicks while processes are killed and the clock is set: equal decisions?

`make bench ONLY=rule_faults DATA=yoochoose.tsv`: columns SessionId, ItemId, Time, tab-separated.
"""

import csv
import tempfile
import time
from pathlib import Path
from random import Random

from bench.report import Report, Row
from tests.faults.replays import Click, clicks_of, decided, expected, play
from tests.faults.test_replay import Disturbed

SECONDS, SESSIONS = 600.0, 1500
PATIENCE = 90.0


async def measure(report: Report, _seconds: float) -> None:
    """Replay, and compare with what a single thread decides that nobody disturbs."""
    if report.data is None or report.data.suffix != ".tsv":
        print("rule_faults needs clicks: DATA=<SessionId, ItemId, Time>.tsv")
        return
    clicks = _clicks(report.data)
    with tempfile.TemporaryDirectory() as folder:
        disturbed = Disturbed(Path(folder))
        try:
            deeds = disturbed.disturbances(SECONDS)
            await play(disturbed.installation.url, clicks, deeds)
            right, until = expected(disturbed.files, clicks), time.monotonic() + PATIENCE
            while (found := decided(disturbed.installation)) != right:
                if time.monotonic() > until:
                    break
                time.sleep(2)
        finally:
            disturbed.stop()
    note = f"{len(clicks)} events, {SESSIONS} visitors, {len(deeds)} disturbances, two workers"
    report.add(Row("decisions", right.total(), "", "higher", None, note))
    report.add(Row("decisions lost", (right - found).total(), "", "lower", 0.0))
    report.add(Row("decisions too many", (found - right).total(), "", "lower", 0.0))


def _clicks(path: Path) -> list[Click]:
    """Take sessions of several clicks; the products seen most become A, B, C and so on."""
    sessions: dict[str, list[str]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            sessions.setdefault(row["SessionId"], []).append(row["ItemId"])
    dice = Random(1)
    long = [found for found in sessions.values() if 2 <= len(found) <= 20]
    chosen = dice.sample(long, min(SESSIONS, len(long)))
    names = {item: "ABCDE"[_number(item) % 5] for found in chosen for item in found}
    return clicks_of([[names[item] for item in found] for found in chosen], SECONDS, dice)


def _number(item: str) -> int:
    """Give a number of a product that is the same in every process."""
    return sum(item.encode())
