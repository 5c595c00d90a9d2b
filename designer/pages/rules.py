"""The trigger rules: a list, and a form for each."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from designer import drafts
from designer.access import author, needs
from designer.cards import language
from designer.condition_trees import facts_set, facts_to_choose
from designer.conflicts import conflict_answer
from designer.form_texts import name_of
from designer.form_values import nested_values, number_of
from designer.fragments import show
from designer.keys import free_key
from designer.rule_forms import ENDS, EVENTS, OFTEN, edited
from designer.rule_words import DAYS as DAY_NAMES
from designer.sentences import SENTIMENTS
from designer.titles import by_title, titles_of
from designer.turning import turned
from designer.value_words import value_name
from designer.wording import sentence_of
from designer.workspace import Workspace, engine, open_workspace, portal, workspace_of
from flows.book import FlowBook
from flows.durations import words
from flows.edits import EditRefused
from flows.reading_marketing import clock
from flows.yaml_text import write
from rules.counts import count_of
from rules.deeds import GIVES
from rules.model import TICK, Case, Event, Rule
from rules.reading_triggers import DAYS
from rules.simulate import Shop, passes
from runtime.experiments.runs import OPEN, runs
from runtime.insight.replay import estimate, products_seen

bp = Blueprint("rules", __name__, url_prefix="/rules")


@bp.get("/")
def page(notice: str = "") -> Response:
    """List every rule, strongest first, with its tests."""
    workspace = open_workspace()
    rows = []
    for rule in workspace.compiled.rules:
        problems = workspace.problems_in(f"rules/{rule.key}.yaml")
        rows.append(
            {"rule": rule, "problems": problems, "tests": passes(rule, workspace.compiled.segments)}
        )
    return show("rules", "list", rows=rows, words=words, notice=notice)


@bp.post("/")
@needs("edit")
def create() -> AnyResponse:
    """Make a rule that greets after a minute on a product page, to be changed at will."""
    workspace = open_workspace()
    name = name_of(request.form.get("name")) or _("New rule")
    key = free_key(name, "rule", {rule.key for rule in workspace.compiled.rules})
    path = f"rules/{key}.yaml"
    text = write(
        {
            "rule": key,
            "name": {language(): name},
            "priority": 50,
            "trigger": {"event": "Product Viewed", "dwell": {"more_than": "1m"}},
            "then": [],
            "limits": {"cooldown": "24h", "per_session": 1},
        }
    )
    who = drafts.Author(author(), path, _("new rule"))
    drafts.save(engine(), who, {path: text}, {path: drafts.revision(engine(), path)})
    return redirect(url_for("rules.one", rule=key))


@bp.get("/<rule>")
def one(rule: str) -> Response:
    """Show the form of one rule."""
    return _show(rule)


@bp.put("/<rule>")
@needs("edit")
def save(rule: str) -> Response:
    """Save the form; what the form cannot show stays as it stands in the YAML."""
    path = f"rules/{rule}.yaml"
    form = nested_values({name: request.form[name] for name in request.form})
    who = drafts.Author(author(), path, _("rule edited"))
    try:
        rev = int(number_of(form.get("rev"), 0) or 0)
        drafts.edit(engine(), who, path, rev, lambda text: edited(path, text, form))
    except drafts.StaleEdit as stale:
        return conflict_answer(stale, url_for("rules.one", rule=rule))
    except EditRefused as refused:
        return _show(rule, sentence_of(refused.code, **refused.values), 422)
    except ValueError:
        return _show(rule, _("The YAML of this rule cannot be read; mend it there first."), 422)
    return _show(rule, _("Saved."))


@bp.post("/<rule>/look")
def look(rule: str) -> str:
    """Show a rule as the form has it right now: in words, what is odd, and what it would do."""
    workspace = open_workspace()
    path = f"rules/{rule}.yaml"
    if path not in workspace.files:
        abort(404)
    form = nested_values({name: request.form[name] for name in request.form})
    try:
        text = edited(path, workspace.files[path], form)
    except (EditRefused, ValueError) as refused:
        return sentence_of(getattr(refused, "code", "bad_edit"), **getattr(refused, "values", {}))
    seen = workspace_of({**workspace.files, path: text}, workspace.rev)
    return render_template("rules/_look.html", **_looked(seen, rule))


@bp.post("/<rule>/delete")
@needs("edit")
def delete(rule: str) -> Response:
    """Delete a rule."""
    path = f"rules/{rule}.yaml"
    drafts.save(engine(), drafts.Author(author(), path, _("rule deleted")), {path: None}, {})
    return page(_("%(rule)s was deleted.", rule=rule))


@bp.post("/<rule>/undo")
@needs("edit")
def undo(rule: str) -> Response:
    """Take one's own newest edit here back."""
    return turned(f"rules/{rule}.yaml", True, lambda said, status: _show(rule, said, status))


@bp.post("/<rule>/redo")
@needs("edit")
def redo(rule: str) -> Response:
    """Do again what one undid here."""
    return turned(f"rules/{rule}.yaml", False, lambda said, status: _show(rule, said, status))


def _show(key: str, notice: str = "", status: int = 200) -> Response:
    workspace = open_workspace()
    book = workspace.compiled.book
    names, lists = titles_of(workspace), value_lists(workspace)
    products, intents = list(lists["page.product"]), lists["message.intent"]
    looked = _looked(workspace, key)
    rule: Rule = looked["rule"]
    values: dict[str, Any] = {
        **looked,
        "rev": drafts.revision(engine(), f"rules/{key}.yaml"),
        "tests": [row for row in runs(engine(), script=f"rule.{key}") if row.state in OPEN],
        "facts": facts_to_choose(
            facts_set(book, workspace.compiled.rules),
            lists,
            workspace.compiled.segments,
            book.entities,
            (*filter(None, map(count_of, OFTEN)), *rule.counts),
        ),
        "products": products,
        "events": EVENTS,
        "ends": _ends(rule),
        "groups": _groups(workspace),
        "days": tuple(zip(DAYS, DAY_NAMES, strict=True)),
        "clock": clock,
        "segments": {one.key: names.segment(one.key) for one in workspace.compiled.segments},
        "sample": _sample(rule),
        "targets": {
            "send_script": by_title(book.scripts, names.script),
            **{deed: by_title(_of_kind(book, kind), names.coupon) for deed, kind in GIVES.items()},
            "start_flow": by_title(book.flows, names.flow),
            "webhook": by_title(book.connectors, names.connector),
        },
        "intents": intents,
        "notice": notice,
    }
    return show("rules", "one", status, **values)


def value_lists(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Give the values that pickers of conditions offer, by fact, each with its name."""
    same = {product: product for product in products_seen(engine())}
    intents = by_title(workspace.compiled.book.intents, titles_of(workspace).intent)
    moods = {mood: value_name("sentiment", mood) for mood in SENTIMENTS}
    lists = {"message.intent": intents, "page.product": same, "order.product": same}
    return lists | {"sentiment.label": moods}


def shop_of(workspace: Workspace) -> Shop:
    """Give what holds for all rules of a workspace."""
    compiled = workspace.compiled
    zone = ZoneInfo(portal().services.settings.time_zone)
    return Shop(compiled.segments, compiled.book.workspace.marketing, zone)


def _of_kind(book: FlowBook, kind: str) -> list[str]:
    coupons = book.workspace.coupons
    return [key for key, coupon in coupons.items() if coupon.kind == kind]


def _ends(rule: Rule) -> dict[str, str]:
    """Name what may end a dwell, and what ends that of this rule."""
    own = rule.trigger.ends_on
    return {event: _(ENDS[event]) if event in ENDS else event for event in (*ENDS, *own)}


def _groups(workspace: Workspace) -> list[str]:
    rules = workspace.compiled.rules
    found = {name for rule in rules for name in (rule.limits.group, rule.conflict.exclusive_group)}
    return sorted(found - {""})


def _sample(rule: Rule) -> Case:
    """Give a test to begin with: the trigger happens, and its time goes by."""
    happened = Event(rule.trigger.event, 0.0, rule.trigger.where)
    later = (Event(TICK, rule.trigger.wait + 1),) if rule.trigger.is_timed else ()
    return Case((happened, *later), fires=True)


def _looked(workspace: Workspace, key: str) -> dict[str, Any]:
    """Give a rule with its sentence in both languages, its problems, tests and reckoned hits."""
    found = [rule for rule in workspace.compiled.rules if rule.key == key]
    if not found:
        abort(404)
    rule, segments = found[0], workspace.compiled.segments
    sentences = []
    for locale, lang in (("zh", "zh-CN"), ("en", "en")):
        with force_locale(locale):
            sentences.append((lang, render_template("rules/_sentence.html", rule=rule)))
    return {
        "rule": rule,
        "sentences": sentences,
        "problems": workspace.problems_in(f"rules/{key}.yaml"),
        "passed": passes(rule, segments),
        "estimate": estimate(engine(), rule, shop_of(workspace)),
        "words": words,
    }
