"""What wordings did day by day, counted from archived events in the shop's own days."""

from datetime import UTC, date, datetime
from pathlib import Path

from migrations.run import migrate
from runtime.db import open_engine, transaction
from runtime.insight.days import days_of
from runtime.tables import EventRow

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC).timestamp()  # Noon in Shanghai.
HOUR = 3600


def test_a_day_begins_at_the_shops_midnight(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'd.db'}")
    migrate(engine)
    said = [
        ("exposed", "greet", "warm", NOON),
        ("exposed", "greet", "warm", NOON - 11 * HOUR),  # one in the morning
        ("exposed", "greet", "warm", NOON - 13 * HOUR),  # eleven in the evening before
        ("converted", "greet", "warm", NOON - 13 * HOUR),
        ("clicked", "greet", "formal", NOON - 24 * HOUR * 13),
        ("exposed", "greet", "formal", NOON - 24 * HOUR * 14),  # too long ago
        ("exposed", "other", "warm", NOON),
        ("said", "greet", "warm", NOON),
    ]
    with transaction(engine) as database:
        for n, (name, script, variant, at) in enumerate(said):
            data = {"script": script, "variant": variant}
            database.add(EventRow(id=f"e{n}", name=name, visitor="v", at=at, data=data))
    found = days_of(engine, "greet", NOON, "Asia/Shanghai")
    engine.dispose()
    assert found.dates[0] == date(2026, 2, 25)
    assert found.dates[-1] == date(2026, 3, 10)
    assert found.counts["warm"]["exposures"][-3:] == [0, 1, 2]
    assert found.counts["warm"]["orders"][-2:] == [1, 0]
    assert found.counts["formal"]["clicks"] == [1] + [0] * 13
    assert sum(found.counts["formal"]["exposures"]) == 0
