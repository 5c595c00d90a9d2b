"""Placeholders with a value to look at, and a wording as a visitor would see it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from designer.workspace import Workspace
from flows.check_steps import slots_of
from flows.model import Ask, Text, in_language
from flows.scripts import Script
from flows.templates import nested, render
from rules.facts import FACTS
from runtime.messages import QuickReply, Reply


def examples(workspace: Workspace) -> dict[str, Any]:
    """Give each placeholder a wording may hold, with an example of its value."""
    book = workspace.compiled.book
    found: dict[str, Any] = {
        name: fact.example for name, fact in FACTS.items() if fact.example != ""
    }
    kinds = {
        step.slot: step.expect.kind
        for flow in book.flows.values()
        for step in flow.steps.values()
        if isinstance(step, Ask) and step.slot
    }
    for slot in slots_of(book):
        found[f"slot.{slot}"] = 5000 if kinds.get(slot) == "number" else slot
    coupon = next(iter(book.workspace.coupons.values()), None)
    if coupon:
        amount = int(coupon.amount) if float(coupon.amount).is_integer() else coupon.amount
        found["coupon.amount"] = amount
        found["coupon.title"] = in_language(coupon.title, book.workspace.languages[0])
    return found


def seen_by_visitor(script: Script, key: str, lang: str, known: Mapping[str, Any]) -> Reply:
    """Give a wording as the line a visitor gets, filled with examples."""
    variant, values = script.variants[key], nested(known)

    def words(text: Text) -> str:
        return render(in_language(text, lang), values)

    card: dict[str, Any] = {}
    if variant.card:
        card = {"title": words(variant.card.title), "text": words(variant.card.text)}
        card |= {"label": words(variant.card.label), "url": variant.card.url}
        card["image"] = variant.card.image
    replies = tuple(QuickReply(words(reply), "") for reply in variant.replies)
    said = Reply(words(variant.text), script=script.key, variant=key, quick_replies=replies)
    return replace(said, card=card)
