"""Values that rules ask for, as people say them."""

from flask_babel import gettext as _

from designer.sentences import SENTIMENTS
from designer.titles import titles

TOLD = ("product", "intent", "sentiment", "visit", "segment")
"""Properties whose value says enough by itself."""


def value_name(fact: str, value: object) -> str:
    """Say a value that a fact is compared with as people call it."""
    if fact in ("message.intent", "intent"):
        return str(titles().intent(str(value)))
    if fact in ("sentiment.label", "sentiment"):
        return str(_(SENTIMENTS.get(str(value), str(value))))
    return str(value)


def property_words(name: str, wanted: object) -> str:
    """Say what a property of an event must be: a value, or one of several."""
    values = wanted if isinstance(wanted, list) else [wanted]
    said = str(_(" or ")).join(value_name(name, value) for value in values)
    if name in TOLD:
        return said
    plain = said.replace("_", " ")
    if name == "category":
        return str(_("something of the category %(value)s", value=plain))
    return str(_("something whose %(name)s is %(value)s", name=name.replace("_", " "), value=plain))


def within_quotes(words: str) -> str:
    """Give words that stand in quotes: those they have themselves become single ones."""
    return words.replace("“", "‘").replace("”", "’")
