"""Page events a second with 100 rules in force."""

import tempfile
from pathlib import Path

from bench.load import Ask, Http, press
from bench.report import Report, Row
from tests.installation import Installation, demo_with_short_dwell

RULE = """\
rule: bench-{n}
priority: {n}
trigger: {{event: Product Viewed, where: {{product: 商品{n}}}, dwell: {{more_than: 10m}}}}
when: {{all: [{{fact: cart.count, op: gte, value: {n}}}, {{fact: page.type, op: eq, value: product}}]}}
then: [{{do: send_script, script: offer_instalments}}]
limits: {{cooldown: 24h, per_session: 1}}
"""


async def measure(report: Report, seconds: float) -> None:
    """Measure `POST /v1/track` with views, additions and leaves of many visitors."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = demo_with_short_dwell(Path(folder) / "ws")
        for n in range(100 - len(list((workspace / "rules").iterdir()))):
            rule = workspace / "rules" / f"bench-{n}.yaml"
            rule.write_text(RULE.format(n=n), "utf-8")
        installation = Installation(Path(folder))
        installation.run("import", str(workspace), "--publish")
        installation.start()
        try:
            found = await press(installation, seconds, lambda number: _open(installation, number))
        finally:
            installation.stop()
    note = f"{found.waiting()}, 100 rules"
    report.add(Row("events a second", found.rate, "/s", "higher", None, note))
    report.add(Row("CPU an event", found.cpu_us, "µs", "lower", None, "all processes"))


def _open(installation: Installation, number: int) -> Ask:
    client = Http(installation.port)
    names = ("Product Viewed", "Product Added", "page_leave")

    async def once(turn: int) -> None:
        event = {
            "anonymousId": f"e{number}-{turn // 30}",
            "messageId": f"{number}-{turn}",
            "event": names[turn % 3],
            "properties": {"name": f"商品{turn % 90}", "price": 10},
        }
        await client.post("/v1/track", event)

    return once
