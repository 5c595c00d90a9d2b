"""Rules are tried in a process of their own; what hangs or crashes there goes out without matcher."""

import subprocess
from typing import Any

import pytest

from runtime import releases, rule_trial
from runtime.releases import ReleaseCache
from runtime.rule_trial import CRASHED, TOOK_TOO_LONG, tried
from runtime.services import Services
from tests.workspaces import SMALL

RULE = "rule: a\ntrigger: {event: page}\nwhen: {fact: cart.count, op: gte, value: 2}\nthen: []\n"


def test_rules_that_are_judged_alike_may_be_matched() -> None:
    assert tried({"rules/a.yaml": RULE, "flows/x.yaml": "nonsense: ["}) == (set(), "")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("import time; time.sleep(60)", TOOK_TOO_LONG),
        ("import os; os.kill(os.getpid(), 11)", CRASHED),
    ],
)
async def test_what_hangs_or_crashes_is_judged_by_generated_code_alone(
    services: Services, monkeypatch: pytest.MonkeyPatch, code: str, why: str
) -> None:
    real = subprocess.run

    def other(command: list[str], **values: Any) -> Any:
        return real([command[0], "-c", code], **values)

    monkeypatch.setattr(rule_trial.subprocess, "run", other)
    assert tried({"rules/a.yaml": RULE}, 0.5) == (set(), why)
    files = {**SMALL, "rules/a.yaml": RULE}
    number = await releases.publish(
        services.redis, services.engine, files, "test", "test", unmatched=why
    )
    release = await services.releases.get(number)
    assert (release.judge.matcher, release.judge.why_not) == (None, why)
    assert release.judge.holding(release.rules, {"cart.count": 2}) >= {"a"}
    await services.redis.flushdb()  # It is remembered beside the files, too.
    again = await ReleaseCache(services.redis, services.engine).get(number)
    assert again.judge.why_not == why
