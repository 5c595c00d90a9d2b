"""Experiments over a flow and a rule, and what they counted, for the tests of both."""

from collections import Counter

from flows.experiments import QUIET, Experiment
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys
from runtime.tasks.recount import recount
from tests.workspaces import script

OTHER_WAY = """\
flow: welcome_b
start: hi
steps:
  hi: {say: hi_b, next: done}
  done: {end: true}
"""
FLOWS = {"flows/welcome_b.yaml": OTHER_WAY, "scripts/hi_b.yaml": script("hi_b", "在的，请讲")}
OVER_FLOW = Experiment("way", flow="welcome", arms=("welcome", "welcome_b"))
OVER_RULE = Experiment("worth", rule="dwell", arms=(QUIET, "dwell"))


async def say(services: Services, visitor: str, text: str) -> list[str]:
    answer = await handle(services, Message(visitor, "rest", text))
    return [reply.text for reply in answer.replies]


def later(services: Services, seconds: float) -> None:
    now = services.now() + seconds
    services.clock = lambda: now


async def counts(services: Services, run: str) -> dict[str, float]:
    """Give all that was counted of a run, and see that the archive says the same."""
    names = [keys.hours(run), keys.hours("held_out"), keys.arms("offer"), keys.hours("offer")]
    before = [await services.redis.hgetall(name) for name in names]
    await recount(services)
    for name, row in zip(names, before, strict=True):
        again = await services.redis.hgetall(name)
        kept = {field: float(many) for field, many in row.items() if float(many)}
        assert {field: float(many) for field, many in again.items() if float(many)} == kept, name
    found: Counter[str] = Counter()
    for field, many in before[0].items():
        arm, _hour, what = field.decode().rsplit("|", 2)
        found[f"{arm} {what}"] += float(many)
    return {name: many for name, many in found.items() if many}
