"""What the page of names and things says: of each kind of list, and of one that is refused."""

from dataclasses import dataclass

from flask_babel import gettext as _

from designer.entity_checks import Refusal
from designer.marking import N_


@dataclass(frozen=True)
class KindWords:
    """What a kind of list is called, what it is for, and what its form says."""

    title: str
    about: str
    new: str
    name: str
    lines: str
    hint: str
    none: str


_KINDS = {
    "lookup": KindWords(
        N_("Word lists"),
        N_("All things of one kind. “product” may list what you sell, “city” where you deliver."),
        N_("New word list"),
        N_("Name, as flows and rules ask for it"),
        N_("Words, a line each"),
        N_("Paste as many as you like. Case and width do not count: iphone is ｉＰｈｏｎｅ."),
        N_("No word list yet. Make one called “product” and paste the names of what you sell."),
    ),
    "synonym": KindWords(
        N_("Synonyms"),
        N_("Other ways to say one thing. Whatever the visitor writes, flows get the same value."),
        N_("New synonym"),
        N_("What it stands for"),
        N_("Other ways to say it, a line each"),
        N_("What it stands for is a word of a word list, such as a product."),
        N_("No synonym yet. Make one for a product that visitors call by a shorter name."),
    ),
    "regex": KindWords(
        N_("Patterns"),
        N_("What has a form rather than a name, such as the numbers of coupons."),
        N_("New pattern"),
        N_("Name, as flows and rules ask for it"),
        N_("Patterns, a line each"),
        N_("A regular expression: [A-Z]{3}\\d{3} finds three capitals and three digits, ABC123."),
        N_("No pattern yet. Phone and order numbers, days and amounts are found without one."),
    ),
}
_REFUSALS = {
    "no_name": N_("Give it a name."),
    "name_taken": N_("There is already one called “%(text)s”; add your lines there."),
    "name_too_long": N_("The name is longer than %(other)s characters."),
    "name_has_marks": N_("A name has no brackets, colons or quotation marks."),
    "no_lines": N_("Write at least one line."),
    "line_too_long": N_("“%(text)s…” is longer than %(other)s characters."),
    "stands_elsewhere": N_(
        "“%(text)s” already stands for “%(other)s”. Take it out of one of the two."
    ),
    "too_many_patterns": N_("All patterns together may be %(other)s at most."),
    "too_big": N_("The training file would be longer than 1 MiB; shorten the list."),
    "busy": N_("Others are saving at this very moment. Save again."),
    "unreadable": N_("The training file cannot be read; mend its YAML first."),
}
_PATTERNS = {
    "missing ]": N_("a “[” is never closed"),
    "missing )": N_("a “(” is never closed"),
    "unexpected )": N_("a “)” was never opened"),
    "no argument for repetition": N_("nothing stands before “*”, “+” or “?” that could repeat"),
    "bad repetition operator": N_("two repetitions follow each other"),
    "invalid repetition size": N_("it repeats too often; 1000 times is the most"),
    "invalid character class range": N_("a range runs backwards, such as “z-a”"),
    "trailing \\": N_("it ends in a lone “\\”"),
    "invalid perl operator": N_("looking ahead or back, “(?=…)” or “(?<=…)”, cannot be used here"),
    "invalid escape sequence": N_("“\\” stands before a character that it means nothing with"),
}


def kind_words() -> dict[str, KindWords]:
    """Say what each kind of list is called, in the language of the screen."""
    return {
        kind: KindWords(**{name: _(said) for name, said in vars(words).items()})
        for kind, words in _KINDS.items()
    }


def refusal_sentence(refusal: Refusal, where: str = "") -> str:
    """Say why a list cannot be saved, and in which line; `where` names the file if it must."""
    said = _said(refusal)
    if not refusal.line:
        return said
    if where:
        return _("%(file)s, line %(n)s: %(said)s", file=where, n=refusal.line, said=said)
    return _("Line %(n)s: %(said)s", n=refusal.line, said=said)


def _said(refusal: Refusal) -> str:
    if refusal.code == "bad_pattern":
        known = (words for start, words in _PATTERNS.items() if refusal.other.startswith(start))
        why = next((_(words) for words in known), refusal.other)
        return _("“%(text)s” cannot be read as a pattern: %(why)s.", text=refusal.text, why=why)
    words = _REFUSALS[refusal.code]
    return _(words) % {"text": refusal.text, "other": refusal.other}
