"""One move of the try-chat: a line, a page event, time skipped, or something known changed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from designer.form_values import typed_value
from designer.workspace import Workspace, engine, portal
from flows.durations import seconds, words
from flows.model import Line
from runtime.messages import Message
from runtime.nlu.understand import hear
from runtime.nlu.understanding import Understanding
from runtime.preview import (
    VISITOR,
    Tried,
    fresh_session,
    page_event,
    preview,
    recorded,
    session_of,
    session_values,
    skip,
    with_known,
)
from runtime.releases import Release, draft_release, trained_model
from runtime.services import Services

MOST_SKIP = 30 * 86400.0
MOST_LINES = 200


@dataclass(frozen=True)
class Chat:
    """Where a try-chat stands: the session, how far time was skipped, and what was recorded."""

    session: Mapping[str, Any] = field(default_factory=dict)
    skipped: float = 0.0
    lines: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Move:
    """What whoever tries did, and what came of it."""

    chat: Chat
    tried: list[Tried]
    said: str = ""


def draft(workspace: Workspace) -> Release:
    """Compile the drafts with their model, trained now where it was not before."""
    return draft_release(workspace.files, trained_model(engine(), workspace.files))


def move(release: Release, flow: str, chat: Chat, form: Mapping[str, str], lang: str) -> Move:
    """Make one move; without a text, an event or a skip the talk begins anew."""
    facts, variants = _known(form, chat)
    zone = portal().services.settings.time_zone
    now = time.time() + chat.skipped
    text, payload = form.get("text", "").strip()[:2000], form.get("payload", "")
    skipped = min(seconds(form.get("skip", "")) or 0.0, MOST_SKIP)
    if not (text or payload or skipped or form.get("event")):
        begun = Message(VISITOR, VISITOR, kind="open", lang=lang, data={"flow": flow})
        tried = [preview(release, fresh_session(facts, variants, lang), begun, now, zone)]
        return _moved(Chat(facts=facts, variants=variants), tried, flow, (), 0.0)
    session = with_known(session_of(chat.session), facts, variants)
    if skipped:
        tried = skip(release, session, now, now + skipped, zone)
        tried = tried or [Tried([], [], [], session)]
        return _moved(chat, tried, flow, (("skip", words(skipped)),), skipped)
    if form.get("event"):
        event = page_event(form["event"][:100], form.get("product", "").strip()[:200], now)
        tried = [preview(release, session, event, now, zone)]
        return _moved(chat, tried, flow, (), 0.0, f"{form['event']} {form.get('product', '')}")
    message = Message(VISITOR, VISITOR, text, lang=lang, payload=payload)
    heard = portal().call(_heard, release, text) if text and not payload else None
    tried = [preview(release, session, message, now, zone, heard)]
    step = payload.removeprefix("/").removeprefix(f"{flow}.")
    line = ("choose", step) if payload else ("visitor", text)
    return _moved(chat, tried, flow, (line,), 0.0, text)


async def _heard(services: Services, release: Release, text: str) -> Understanding:
    """Understand a text as a visitor's is: by Rasa where its model knows these sentences."""
    return await hear(services.rasa, release.model, release.taught, text, release.entities)


def _moved(
    chat: Chat,
    tried: list[Tried],
    flow: str,
    did: tuple[tuple[str, str], ...],
    skipped: float,
    said: str = "",
) -> Move:
    lines = recorded([Line(*line) for line in (*chat.lines, *did)], tried, flow)
    kept = tuple((line.do, line.value) for line in lines)[:MOST_LINES]
    values = session_values(tried[-1].session)
    after = Chat(values, chat.skipped + skipped, kept, chat.facts, chat.variants)
    return Move(after, tried, said)


def _known(form: Mapping[str, str], chat: Chat) -> tuple[dict[str, Any], dict[str, str]]:
    """Take the facts and wordings that were chosen in the panel, or keep those of before."""
    if "known" not in form:
        return dict(chat.facts), dict(chat.variants)
    facts = {}
    for number in range(40):
        name = form.get(f"facts.{number}.fact", "").strip()
        if name:
            facts[name] = typed_value(name, form.get(f"facts.{number}.value", ""))
    chosen = (form[name].split("/", 1) for name in form if name.startswith("variant."))
    return facts, {pair[0]: pair[1] for pair in chosen if len(pair) == 2}


def read_chat(given: str) -> Chat:
    """Read where the try-chat stands; what was not signed by us begins anew."""
    try:
        values: dict[str, Any] = _serializer().loads(given) if given else {}
    except BadSignature:
        return Chat()
    values["lines"] = tuple((do, value) for do, value in values.get("lines", ()))
    return Chat(**values)


def write_chat(chat: Chat) -> str:
    """Sign where the try-chat stands, for the page to hand back."""
    values = {"session": chat.session, "skipped": chat.skipped, "lines": chat.lines}
    return str(_serializer().dumps({**values, "facts": chat.facts, "variants": chat.variants}))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="try-chat")
