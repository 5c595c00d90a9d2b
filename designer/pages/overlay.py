"""The overlay of truth: what recorded sessions did, on the cards and links of a flow."""

import time
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from designer.workspace import engine, open_workspace
from flows.model import End, Handover, Step
from runtime.insight.walks import StepCount, Walks, releases_walked, walks_of

bp = Blueprint("overlay", __name__, url_prefix="/flows/<flow>/overlay")
PERIODS = (1, 7, 30)


@bp.get("/")
def bar(flow: str) -> str:
    """Show what may be chosen: the period and the release."""
    open_workspace().flow(flow)
    return render_template(
        "canvas/_overlay.html", flow=flow, periods=PERIODS, releases=releases_walked(engine())
    )


@bp.get("/figures")
def figures(flow: str) -> Response:
    """Give the figures of every card and link, as texts in the screen language."""
    days = request.args.get("days", 7, int)
    days = days if days in PERIODS else 7
    now = time.time()
    walks = walks_of(engine(), flow, now - days * 86400, now, request.args.get("release", 0, int))
    found = open_workspace().flow(flow)
    cards = {
        key: _card(found.steps.get(key), of_step)
        for key, of_step in walks.steps.items()
        if key in found.steps
    }
    links = {f"{a}|{b}": _link(walks, a, b, many) for (a, b), many in walks.moves.items()}
    said = ngettext("%(num)s session", "%(num)s sessions", walks.sessions)
    if not walks.sessions:
        said = _("Nobody walked through this flow in this time. Publish it, and visitors will.")
    return jsonify(sessions=walks.sessions, said=said, cards=cards, links=links)


def _card(step: Step | None, counted: StepCount) -> dict[str, Any]:
    ends = isinstance(step, End | Handover)
    share = counted.stopped / counted.entered if counted.entered else 0.0
    text = ngettext("%(num)s session", "%(num)s sessions", counted.entered)
    if ends:
        more = _("ended here: %(n)s", n=counted.stopped + counted.here)
    else:
        more = _("drop-off %(share)s", share=f"{share:.0%}")
    title = _(
        "entered %(entered)s · went on %(went_on)s · stopped %(stopped)s · here now %(here)s",
        entered=counted.entered,
        went_on=counted.went_on,
        stopped=counted.stopped,
        here=counted.here,
    )
    return {"text": f"{text} · {more}", "title": title, "heat": 0.0 if ends else round(share, 3)}


def _link(walks: Walks, start: str, _end: str, many: int) -> dict[str, str]:
    entered = walks.steps[start].entered
    share = f"{many / entered:.0%}"
    title = _("%(many)s of %(all)s sessions took this way", many=many, all=entered)
    return {"text": f"{many} · {share}", "title": title}
