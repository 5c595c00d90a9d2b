"""Undo and redo beside a form: the same for scripts, rules and YAML files."""

from collections.abc import Callable

from flask import Response
from flask_babel import gettext as _

from designer import drafts
from designer.access import author
from designer.titles import titles
from designer.wording import conflict_words
from designer.workspace import engine

Show = Callable[[str, int], Response]


def turned(place: str, back: bool, show: Show) -> Response:
    """Take back, or do again, one's own newest edit at a place, and show what is there now."""
    try:
        label = (drafts.undo if back else drafts.redo)(engine(), place, author())
    except drafts.NothingToUndo:
        return show(_("There is nothing to undo here."), 422)
    except drafts.StaleEdit as stale:
        what = conflict_words(stale.conflicts, stale.path) or titles().file(stale.path)
        return show(_("%(what)s was changed since by someone else, so this stays.", what=what), 409)
    word = _("Undone: %(label)s") if back else _("Done again: %(label)s")
    return show(word % {"label": label}, 200)
