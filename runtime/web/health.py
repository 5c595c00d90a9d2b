"""Is it alive, can it serve a turn, and what do the gauges say?"""

from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from runtime import metering
from runtime.errors import RuntimeFailed
from runtime.services import Services
from runtime.store import keys
from runtime.web.answers import json_answer


async def healthz(_request: Request) -> Response:
    """Answer while the process lives."""
    return json_answer({"status": "alive"})


async def readyz(request: Request) -> Response:
    """Answer 200 only when a turn can be served, with what is up, degraded or down."""
    parts = await state_of(request.app.state.services)
    ready = parts["redis"]["state"] == "up" and parts["release"]["state"] == "up"
    return json_answer({"ready": ready, "parts": parts}, 200 if ready else 503)


async def state_of(services: Services) -> dict[str, dict[str, Any]]:
    """Say of each part whether it is up, degraded or down, and why."""
    parts: dict[str, dict[str, Any]] = {}
    try:
        number = int(await services.redis.get(keys.CURRENT) or 0)
        parts["redis"] = {"state": "up"}
    except (RedisError, OSError) as error:
        number, parts["redis"] = 0, {"state": "down", "why": type(error).__name__}
    try:
        release = await services.releases.get(number)
        parts["release"] = {"state": "up", "number": number}
        judge = release.judge
        parts["rule_matcher"] = {
            "state": "up" if judge.matcher else "degraded",
            "matcher": "durable-rules" if judge.matcher else "oracle",
            "why": judge.why_not,
            **judge.counts,
        }
        parts["understanding"] = {"state": "up" if release.model else "degraded"}
        parts |= await _rasa_state(services, release.taught)
    except (RuntimeFailed, RedisError, OSError) as error:
        parts["release"] = {"state": "down", "why": type(error).__name__}
    waiting, stuck = await run_in_threadpool(services.spool.waiting)
    if waiting or stuck:
        parts["kept"] = {"state": "degraded", "waiting": waiting, "stuck": stuck}
    parts["database"] = await run_in_threadpool(_database_state, services)
    return parts


async def _rasa_state(services: Services, data: str) -> dict[str, Any]:
    if services.rasa is None or not services.rasa.is_wanted:
        return {}
    model = await services.rasa.model(seconds_old=0.0)  # else each process would tell its own past
    if await services.rasa.knows(data):
        return {"rasa": {"state": "up", "model": model}}
    why = "its model was trained on other sentences" if model else "it does not answer"
    return {"rasa": {"state": "degraded", "why": why, "model": model}}


def _database_state(services: Services) -> dict[str, Any]:
    try:
        with services.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return {"state": "degraded", "why": type(error).__name__}
    return {"state": "up"}


async def metrics(request: Request) -> Response:
    """Give counts and gauges in Prometheus' text format."""
    found = await gauges_of(request.app.state.services)
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in found.items()]
    told = await run_in_threadpool(metering.told)
    return PlainTextResponse(told + "".join(lines), media_type="text/plain; version=0.0.4")


async def gauges_of(services: Services) -> dict[str, float]:
    """Give what waits, how late it is, and what is live; of a Redis that is away only the rest."""
    redis, waiting = services.redis, await run_in_threadpool(services.spool.waiting)
    found: dict[str, float] = {"dialoom_kept_waiting": waiting[0], "dialoom_kept_stuck": waiting[1]}
    try:
        found |= {
            "dialoom_outbox_entries": await redis.xlen(keys.OUTBOX),
            "dialoom_outbox_later": await redis.zcard(keys.OUTBOX_LATER),
            "dialoom_outbox_aside": await redis.zcard(keys.OUTBOX_ASIDE),
            "dialoom_hooks_entries": await redis.xlen(keys.HOOKS),
            "dialoom_hooks_failed": await redis.zcard(keys.HOOKS_FAILED),
            "dialoom_events_in_stream": await redis.xlen(keys.EVENTS),
            "dialoom_timers_armed": await services.timers.waiting(),
            "dialoom_timers_late_seconds": await services.timers.late(services.now()),
            "dialoom_visitors_at_desk": await redis.zcard(keys.DESK),
            "dialoom_release_current": int(await redis.get(keys.CURRENT) or 0),
            "dialoom_redis_up": 1,
        }
    except (RedisError, OSError):
        return found | {"dialoom_redis_up": 0}
    if number := int(found["dialoom_release_current"]):
        judge = (await services.releases.get(number)).judge
        found |= {f"dialoom_rules_{name}": many for name, many in judge.counts.items()}
        found["dialoom_rules_by_durable_rules"] = int(judge.matcher is not None)
    return found


ROUTES = [
    Route("/healthz", healthz),
    Route("/readyz", readyz),
    Route("/metrics", metrics),
]
