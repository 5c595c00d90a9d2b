"""Why did this rule speak, and why not? The last decisions of a rule, and those about a visitor."""

import time
from collections import Counter
from dataclasses import replace
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, abort, request

from designer.access import needs
from designer.form_values import number_of
from designer.fragments import show
from designer.pages.rules import shop_of
from designer.workspace import engine, open_workspace, portal, workspace_of
from rules.simulate import Lapse
from runtime.desk.undelivered import undelivered
from runtime.errors import ConnectorFailed
from runtime.insight.decisions import Considered, Sent, of_rule, of_visitor
from runtime.insight.replay import lapses_of
from runtime.releases import live_files

bp = Blueprint("decisions", __name__)
MOST_MOMENTS = 50


@bp.get("/rules/<rule>/decisions")
def rule_page(rule: str) -> Response:
    """Show what became of a rule the last hundred times that something woke it."""
    known = {one.key: one for one in open_workspace().compiled.rules}
    found = _with_reasons(of_rule(engine(), rule))
    if not found and rule not in known:
        abort(404)
    counts = Counter((one.outcome, one.by if one.outcome == "capped" else "") for one in found)
    return show("decisions", "rule", key=rule, rows=found, counts=counts.most_common())


@bp.get("/visitors/<visitor>/decisions")
@needs("answer")
def visitor_page(visitor: str) -> Response:
    """Show which rules were considered for a visitor, moment by moment, newest first."""
    before = number_of(request.args.get("before")) or time.time() + 60
    found = _with_reasons(of_visitor(engine(), visitor, before, MOST_MOMENTS))
    moments = [(at, on, list(rows)) for (at, on), rows in groupby(found, lambda r: (r.at, r.on))]
    older = moments[-1][0] if len(moments) == MOST_MOMENTS else None
    lapses = _lapses(visitor, before, older or 0.0)
    values: dict[str, Any] = {"visitor": visitor, "moments": moments, "older": older}
    return show("decisions", "visitor", **values, lapses=lapses)


def _with_reasons(found: list[Considered]) -> list[Considered]:
    """Say of what other systems did not take so far why they did not."""
    waiting = {s.deed.target for one in found for s in one.sent if s.key and s.state == "waits"}
    asked = waiting & set(open_workspace().compiled.book.connectors)
    left = [(u.key, u.why) for key in asked for u in portal().call(undelivered, key) if u.why]
    if not left:
        return found
    return [replace(one, sent=tuple(_with_reason(s, left) for s in one.sent)) for one in found]


def _with_reason(sent: Sent, left: list[tuple[str, ConnectorFailed]]) -> Sent:
    why = [why for key, why in left if sent.key and key.startswith(sent.key)]
    return replace(sent, why=why[0]) if why and sent.state == "waits" else sent


def _lapses(visitor: str, before: float, since: float) -> list[Lapse]:
    """Give the waits of the live rules that this visitor ended, in the time the page shows."""
    live = workspace_of(live_files(engine())[1], 0)
    found = lapses_of(engine(), live.compiled.rules, shop_of(live), visitor, before)
    return [one for one in found if one.at >= since][:MOST_MOMENTS]
