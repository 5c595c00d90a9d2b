"""How the installation does: what is up, what is degraded and what that means, what is down."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from designer import publishing
from designer.access import author, needs
from designer.fragments import show
from designer.marking import N_
from designer.matcher_words import WHY
from designer.workspace import engine, portal
from runtime.desk.laid_aside import deliver_again, drop, laid_aside
from runtime.web.health import state_of

bp = Blueprint("health", __name__, url_prefix="/health")

PARTS = {
    "redis": N_("Memory of the conversations (Redis)"),
    "database": N_("Database"),
    "kept": N_("Messages kept while Redis was away"),
    "release": N_("Release that is live"),
    "rule_matcher": N_("Rules"),
    "understanding": N_("Understanding, built in"),
    "rasa": N_("Understanding by Rasa"),
}
MEANING = {
    ("redis", "down"): N_(
        "What comes in is kept on the disk and answered when it is back; it restarts by itself."
    ),
    ("release", "down"): N_("Nothing was published yet, or what is live cannot be read."),
    ("database", "degraded"): N_("Conversations go on; drafts and figures wait until it is back."),
    ("kept", "degraded"): N_("They are answered in their order; the log says why some are not."),
    ("rule_matcher", "up"): N_(
        "durable-rules judges the live rules; the oracle checks one decision of a hundred."
    ),
    ("rule_matcher", "degraded"): N_("The oracle judges the rules alone, with the same outcome."),
    ("understanding", "degraded"): N_("No sentences were published: only buttons are understood."),
    ("rasa", "degraded"): N_("The built-in engine answers meanwhile."),
}
STATES = {"up": N_("works"), "degraded": N_("degraded"), "down": N_("down")}


@bp.get("/")
@needs("edit")
def page(notice: str = "") -> Response:
    """Show every part, and what it means when one is not well."""
    rows = []
    for name, found in portal().call(state_of).items():
        state = found["state"]
        rows.append(
            {
                "name": _(PARTS.get(name, name)),
                "state": state,
                "label": _(STATES[state]),
                "meaning": _(MEANING[name, state]) if (name, state) in MEANING else "",
                "detail": str(
                    found.get("matcher")
                    or found.get("model")
                    or found.get("number")
                    or found.get("waiting")
                    or found.get("stuck")
                    or ""
                ),
                "why": _why(str(found.get("why") or "")),
            }
        )
    left = portal().call(laid_aside) if rows[0]["state"] == "up" else []
    return show("health", "parts", rows=rows, left=left, notice=notice)


@bp.post("/again")
@needs("publish")
def again() -> Response:
    """Deliver something anew that did not reach its visitor."""
    many = portal().call(deliver_again, request.form.get("key", ""))
    publishing.note(engine(), author(), "delivered again", request.form.get("key", "")[:100])
    return page(_("It is delivered again.") if many else _("It has been delivered meanwhile."))


@bp.post("/drop")
@needs("publish")
def take_off() -> Response:
    """Take something off the list that did arrive."""
    portal().call(drop, request.form.get("key", ""))
    publishing.note(engine(), author(), "delivery dropped", request.form.get("key", "")[:100])
    return page(_("Taken off the list."))


def _why(code: str) -> str:
    return str(_(WHY[code])) if code in WHY else code
