"""Runs custom actions on a Rasa action server, by the protocol that rasa-sdk serves at /webhook.

We keep no Rasa tracker: the server gets the slots and the latest message, and of what it answers
the slots and the responses are used; other events mean nothing to a flow.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Engine

from plugins.connectors.http_json import MOST_LETTERS, plain_value
from plugins.connectors.outside import Declined, post, trusted
from runtime.errors import ConnectorFailed
from runtime.hookspecs import Connector, hookimpl

VERSION = "3.6.0"
"""The last open line of Rasa; rasa-sdk only warns when its own is another."""
MOST_SAYS, MOST_BUTTONS = 10, 10


class RasaActions:
    """Asks for one action; slot events fill slots, responses are said."""

    key = "rasa_actions"

    def call(self, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """Run the action that `send` names; its other values go along as slots.

        `fill` leads from our slots to the action server's, in both directions.
        """
        allowed, secret = trusted()
        try:
            answer = post(
                arguments["url"],
                _action_call(arguments),
                key=key,
                seconds=float(arguments["seconds"]),
                secret=secret,
                allowed=allowed,
            )
        except Declined as declined:
            raise ConnectorFailed(
                "%(why)s", why=_error_in(declined.body) or str(declined)
            ) from declined
        if not isinstance(answer, dict):
            raise ConnectorFailed("the answer is not that of a Rasa action server")
        if answer.get("error"):
            raise ConnectorFailed("%(why)s", why=_short(answer["error"]))
        return {
            "slots": _slots(_objects(answer.get("events")), arguments.get("fill", {})),
            "says": _says(_objects(answer.get("responses"))),
        }


@hookimpl
def register_connectors(engine: Engine) -> list[Connector]:
    """Bring one connector; it needs no database."""
    return [RasaActions()]


def _action_call(arguments: Mapping[str, Any]) -> dict[str, Any]:
    send = dict(arguments["send"])
    action, visitor = str(send.pop("action", "")), arguments["visitor"]
    if not action:
        raise ConnectorFailed("the step does not say which action")
    intent = {"name": arguments.get("intent", ""), "confidence": 1.0}
    message = {"text": arguments.get("text", ""), "intent": intent, "entities": []}
    fill: Mapping[str, str] = arguments.get("fill", {})
    slots = {fill.get(name, name): value for name, value in arguments.get("slots", {}).items()}
    tracker = {
        "sender_id": visitor,
        "slots": {**slots, **send},
        "latest_message": {**message, "intent_ranking": [intent]},
        "latest_event_time": None,
        "latest_input_channel": "dialoom",
        "latest_action_name": "action_listen",
        "followup_action": None,
        "paused": False,
        "active_loop": {},
        "events": [],
    }
    domain: dict[str, Any] = {
        "config": {},
        "session_config": {},
        "intents": [],
        "entities": [],
        "slots": {},
    }
    domain |= {"responses": {}, "actions": [action], "forms": {}, "e2e_actions": []}
    call = {"next_action": action, "sender_id": visitor, "version": VERSION}
    return call | {"tracker": tracker, "domain": domain}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _slots(
    events: Iterable[Mapping[str, Any]], fill: Mapping[str, str]
) -> dict[str, str | int | float | bool]:
    """Give what slot events fill: under our names where `fill` has theirs, else made plain."""
    ours, slots = {theirs: name for name, theirs in fill.items()}, {}
    for event in events:
        name = ours.get(str(event.get("name", "")), _plain(str(event.get("name", ""))))
        # An action that sets a slot to None empties it.
        value = "" if event.get("value") is None else plain_value(event["value"])
        if event.get("event") == "slot" and name and value is not None:
            slots[name[:64]] = value
    return slots


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "_", name.lower()).lstrip("0123456789_-")


def _says(responses: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    says = []
    for response in responses:
        image = _string(response.get("image"))
        say = {
            "text": _string(response.get("text")),
            "buttons": [
                {"title": title, "payload": _string(button.get("payload")) or title}
                for button in _objects(response.get("buttons"))[:MOST_BUTTONS]
                if (title := _string(button.get("title")))
            ],
            "image": image if image.startswith(("https://", "http://")) else "",
        }
        if any(say.values()):  # Responses that are only named live in Rasa's domain, not with us.
            says.append(say)
    return says[:MOST_SAYS]


def _string(value: Any) -> str:
    return value[:MOST_LETTERS] if isinstance(value, str) else ""


def _error_in(body: bytes) -> str:
    """Give what an action server says went wrong: `{"error": …, "action_name": …}`."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return _short(answer.get("error") or "") if isinstance(answer, dict) else ""


def _short(text: Any) -> str:
    return " ".join(str(text).split())[:200]
