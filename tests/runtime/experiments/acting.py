"""What the tests of experiments let visitors do, on the small workspace."""

from flows.experiments import Experiment
from rules.model import Event
from runtime.conversation import handle
from runtime.messages import Message
from runtime.services import Services
from runtime.store import keys

ARMS = ("warm", "formal")
AB = Experiment("wording", "offer", arms=ARMS)
CANARY = Experiment("wording", "offer", arms=ARMS, mode="canary")
BANDIT = Experiment("wording", "offer", arms=ARMS, mode="bandit")
HOUR = 3600.0


async def meet(services: Services, visitor: str) -> str:
    """Let a visitor meet the script; gives the arm they met, empty when no run says so."""
    view = Event("Product Viewed", services.now(), {"name": "iPhone15 Pro"})
    await handle(services, Message(visitor, "track", kind="event", data={"event": view}))
    at = services.now()
    before, services.clock = services.clock, lambda: at + 2
    leave = Event("tick", at + 2, {})
    await handle(services, Message(visitor, "track", kind="event", data={"event": leave}))
    services.clock = before
    session = (await services.sessions.load(visitor)).session
    return next((seen.variant for seen in session.exposures if seen.run), "")


async def order(services: Services, visitor: str, order: str) -> None:
    done = Event("Order Completed", services.now(), {"order_id": order, "total": 100})
    await handle(services, Message(visitor, "track", kind="event", data={"event": done}))


async def fill(services: Services, run: str, arm: str, shown: int, orders: int, ago: int) -> None:
    """Count what happened some hours ago, as turns would have."""
    hour = int(services.now() // HOUR) - ago
    counts = {f"{arm}|{hour}|exposures": shown, f"{arm}|{hour}|orders0": orders}
    await services.redis.hset(keys.hours(run), mapping=counts)


async def refund(services: Services, visitor: str, order: str, total: int) -> None:
    back = Event("Order Refunded", services.now(), {"order_id": order, "total": total})
    await handle(services, Message(visitor, "track", kind="event", data={"event": back}))
