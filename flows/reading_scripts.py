"""Plain YAML values to script, workspace and widget; what is wrong becomes a problem."""

import re
from collections.abc import Mapping
from dataclasses import replace

from flows.fields import KEY, NOTHING, Fields
from flows.reading_marketing import read_marketing
from flows.scripts import SayCard, Script, Variant
from flows.workspace import Coupon, Human, Workspace
from flows.yaml_text import Document

MOST_HELD_OUT = 0.5


def read_script(document: Document) -> Script:
    """Read a script file."""
    fields = Fields(document, document.value, ())
    key, goal, title = fields.key("script"), fields.take("goal", str, ""), fields.text("title")
    variants = {}
    for name, value in fields.take("variants", dict, NOTHING).items():
        inner = Fields(document, value, ("variants", name))
        variants[name] = read_variant(inner, name)
        inner.finish()
        if not KEY.match(name):
            fields.problem("bad_key", "variants", name, key=name)
    weighting, weights = _read_weighting(fields, variants)
    fields.finish()
    return Script(key, variants, goal, weighting, weights, title)


def read_variant(fields: Fields, name: str) -> Variant:
    """Read one wording."""
    review = fields.key("review", "approved")
    if review not in ("draft", "approved"):
        fields.problem("bad_review", "review", value=review)
    replies = fields.take("replies", list, ())
    offered = [
        Fields(fields.document, {"text": reply}, (*fields.path, "replies", i)).text("text")
        for i, reply in enumerate(replies)
    ]
    return Variant(
        name,
        fields.text("text"),
        fields.text("title"),
        review == "draft",
        _read_card(fields),
        tuple(reply for reply in offered if reply),
    )


def _read_card(fields: Fields) -> SayCard | None:
    if fields.value.get("card") is None:
        return None
    inner = fields.inside("card")
    image, url = (_address(inner, name) for name in ("image", "url"))
    card = SayCard(inner.text("title"), inner.text("text"), image, url, inner.text("label"))
    inner.finish()
    return card


def _address(fields: Fields, name: str) -> str:
    """Take an address that visitors may be sent to: of the shop, or of the web."""
    url: str = fields.take(name, str, "")
    if (url and not url.startswith(("/", "https://", "http://"))) or url.startswith(("//", "/\\")):
        fields.problem("bad_url", name, url=url)
        return ""
    return url


def _read_weighting(
    fields: Fields, variants: Mapping[str, Variant]
) -> tuple[str, Mapping[str, float]]:
    value = fields.take("weighting", (str, dict), "even")
    if value in ("even", "bandit"):
        return str(value), {}
    if isinstance(value, dict) and set(value) == {"fixed"} and isinstance(value["fixed"], dict):
        weights = {}
        for name, weight in value["fixed"].items():
            place = ("weighting", "fixed", name)
            if name not in variants:
                fields.problem("unknown_variant", *place, variant=name)
            elif not isinstance(weight, int | float) or isinstance(weight, bool) or weight < 0:
                fields.problem("bad_weight", *place, variant=name)
            else:
                weights[name] = float(weight)
        if sum(weights.values()) <= 0:
            fields.problem("bad_weight", "weighting", variant="")
        return "fixed", weights
    fields.problem("bad_weighting", "weighting")
    return "even", {}


def _thresholds(fields: Fields) -> dict[str, float]:
    found: dict[str, float] = {}
    for language in ("zh", "en"):
        value = fields.take(language, (int, float), None)
        if value is not None and not 0 <= value <= 1:
            fields.problem("out_of_range", language, key=language, least=0, most=1)
        elif value is not None:
            found[language] = float(value)
    fields.finish()
    return found


def read_workspace(document: Document) -> Workspace:
    """Read the workspace file."""
    fields = Fields(document, document.value, ())
    languages = fields.take("languages", list, ["zh-CN"])
    if not languages or not all(isinstance(language, str) for language in languages):
        fields.problem("bad_languages", "languages")
        languages = ["zh-CN"]
    human, named = fields.inside("human"), fields.inside("intents")
    publishing = fields.inside("publishing")
    tests, four_eyes = publishing.key("tests", "block"), publishing.take("four_eyes", bool, False)
    if tests not in ("block", "warn"):
        publishing.problem("bad_test_policy", "tests", value=tests)
        tests = "block"
    publishing.finish()
    coupons = {}
    for name, value in fields.take("coupons", dict, NOTHING).items():
        inner = Fields(document, value, ("coupons", name))
        amount = inner.take("amount", (int, float), 0)
        url = _address(inner, "url")
        kind = inner.take("kind", str, "coupon")
        if kind not in ("coupon", "gift"):
            inner.problem("bad_coupon_kind", "kind", value=kind)
        coupons[name] = Coupon(name, inner.text("title"), amount, url, kind)
        inner.finish()
    workspace = Workspace(
        fields.key("workspace", "workspace"),
        fields.text("name"),
        tuple(languages),
        fields.key("start"),
        fields.key("fallback"),
        Human(
            human.key("intent", "ask_human"),
            human.key("queue", "service"),
            human.key("script"),
            human.key("closed"),
        ),
        float(fields.take("confidence", (int, float), 0.4)),
        coupons,
        tests,
        four_eyes,
        {intent: named.text(intent) for intent in named.value},
        escalation=_thresholds(fields.inside("escalation")),
        marketing=read_marketing(fields.inside("marketing")),
        hold_out=_hold_out(fields.inside("experiments")),
        currency=_currency(fields),
    )
    human.finish()
    fields.finish()
    return workspace


def read_widget(document: Document, workspace: Workspace) -> Workspace:
    """Read the widget file into the workspace it belongs to."""
    fields = Fields(document, document.value, ())
    fields.key("widget")
    color = fields.take("color", str, "#4f46e5")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        fields.problem("bad_color", "color", color=color)
        color = "#4f46e5"
    title, greeting = fields.text("title"), fields.text("greeting")
    fields.finish()
    return replace(workspace, widget_title=title, widget_greeting=greeting, widget_color=color)


def _currency(fields: Fields) -> str:
    """Read the currency of all amounts: three letters."""
    code: str = fields.take("currency", str, "CNY").upper()
    if not re.fullmatch("[A-Z]{3}", code):
        fields.problem("bad_currency", "currency", value=code)
        return "CNY"
    return code


def _hold_out(fields: Fields) -> float:
    """Read the share of visitors who take part in no experiment."""
    share = fields.take("hold_out", (int, float), 0.0)
    if not 0 <= share <= MOST_HELD_OUT:
        fields.problem("out_of_range", "hold_out", key="hold_out", least=0, most=MOST_HELD_OUT)
        share = 0.0
    fields.finish()
    return float(share)
