"""Rasa's REST channel, as Rasa documents it, so that every client made for Rasa works here."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from runtime.conversation import say_on
from runtime.engine.advance import PATIENCE
from runtime.messages import Message, visitor_name
from runtime.services import Services
from runtime.taking import later_words, take
from runtime.web.answers import BadRequest, json_answer, read_json


async def rest_webhook(request: Request) -> Response:
    """Answer one message: `{"sender", "message"}` in, `[{"recipient_id", "text"}]` out."""
    services: Services = request.app.state.services
    return json_answer(await answer_to(services, await read_json(request)))


async def answer_to(services: Services, body: Any) -> list[dict[str, Any]]:
    """Take one message and give its replies, in the shape of Rasa's REST channel."""
    message = read_message(body)
    answer, sender = await take(services, message), str(body["sender"])
    if answer is None:
        return [{"recipient_id": sender, "text": later_words(message)}]
    lines = answer.said
    if answer.session.asked:
        lines += await say_on(services, answer, PATIENCE)
    return [part for line in lines if (part := rasa_part(sender, line))]


def read_message(body: Any) -> Message:
    """Read a body of Rasa's REST channel; `message_id` and `metadata.lang` are ours."""
    if not isinstance(body, dict):
        raise BadRequest('The body must be an object: {"sender": …, "message": …}.')
    sender, text = body.get("sender", "default"), body.get("message", "")
    if not isinstance(sender, str | int) or not str(sender).strip():
        raise BadRequest("sender must be a text.")
    if not isinstance(text, str):
        raise BadRequest("message must be a text.")
    body["sender"] = sender
    metadata = body.get("metadata")
    lang = str(metadata.get("lang", ""))[:20] if isinstance(metadata, dict) else ""
    message_id = body.get("message_id")
    payload = text if text.startswith("/") else ""
    return Message(
        visitor_name(str(sender)),
        "rest",
        text.replace("\x00", ""),
        str(message_id) if message_id else "",
        lang=lang,
        payload=payload[:500],
    )


def rasa_part(sender: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """Give a line of the log in the shape of Rasa's REST channel; empty where it says nothing."""
    text, buttons, card = line.get("text"), line.get("quick_replies"), line.get("card")
    if not (text or buttons or card):
        return {}
    part: dict[str, Any] = {"recipient_id": sender}
    if text or buttons:
        part["text"] = text or ""
    if buttons:
        part["buttons"] = buttons
    if card:
        part["custom"] = card
    return part


async def rest_health(_request: Request) -> Response:
    """Answer as Rasa's channel does when asked whether it lives."""
    return json_answer({"status": "ok"})


ROUTES = [
    Route("/webhooks/rest/webhook", rest_webhook, methods=["POST"]),
    Route("/webhooks/rest/", rest_health, methods=["GET"]),
]
