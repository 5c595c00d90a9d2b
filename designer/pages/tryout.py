"""Try-chat: talk to a draft through the same engine, and see which steps it takes."""

import json
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

from designer.cards import language
from designer.workspace import engine, open_workspace, portal
from flows.model import Flow
from runtime.conversation import preview, preview_session, session_values
from runtime.messages import Message
from runtime.releases import draft_release, trained_model

bp = Blueprint("tryout", __name__, url_prefix="/try")


@bp.post("/<flow>")
def talk(flow: str) -> Response:
    """Answer one line of the try-chat; an empty one begins anew."""
    workspace = open_workspace()
    text = request.form.get("text", "").strip()[:2000]
    payload = request.form.get("payload", "")
    state = _state(request.form.get("state", ""))
    model = trained_model(engine(), workspace.files)
    release = draft_release(workspace.files, model)
    kind = "message" if text or payload else "open"
    message = Message(
        "preview",
        "preview",
        text,
        kind=kind,
        lang=language(),
        payload=payload,
        data={"flow": flow},
    )
    tried = preview(portal().services, release, preview_session(state), message)
    steps = [wish.step for wish in tried.entered if wish.flow == flow]
    state_after = _serializer().dumps(session_values(tried.session))
    values = {"flow": Flow(flow), "text": text, "tried": tried, "state": state_after}
    response = Response(render_template("canvas/_tried.html", **values))
    response.headers["HX-Trigger-After-Settle"] = json.dumps({"dialoom:lit": {"steps": steps}})
    return response


def _state(given: str) -> dict[str, Any]:
    """Read where the try-chat stands; what was not signed by us begins anew."""
    try:
        values: dict[str, Any] = _serializer().loads(given) if given else {}
    except BadSignature:
        return {}
    return values


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="try-chat")
