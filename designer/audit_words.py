"""The audit list in the language of the screen: who, what, and what it was done to."""

from flask_babel import gettext as _
from flask_babel import ngettext

from designer.audit import Line
from designer.marking import N_
from designer.titles import titles

DEEDS = {
    "publish": N_("published a release"),
    "rollback": N_("made an older release live again"),
    "publication asked": N_("asked for a release"),
    "publication approved": N_("approved a release"),
    "publication withdrawn": N_("took a release back"),
    "try": N_("tried a flow"),
    "share": N_("shared a link to try a flow"),
    "import": N_("imported a workspace"),
    "account made": N_("made an account"),
    "account changed": N_("changed an account"),
    "rasa serves": N_("let a model of Rasa's answer"),
    "rasa stops": N_("let the built-in engine answer"),
    "experiment began": N_("started an experiment"),
    "experiment paused": N_("paused an experiment"),
    "experiment running": N_("resumed an experiment"),
    "experiment stopped": N_("stopped an experiment"),
    "experiment switched": N_("switched an experiment to its new wording"),
    "experiment rolled_back": N_("rolled an experiment back"),
    "experiment archived": N_("archived an experiment"),
    "delivered again": N_("had something delivered again"),
    "delivery dropped": N_("took an undelivered thing off the list"),
    "settings": N_("changed the settings"),
    "demo workspace": N_("demo workspace loaded"),
    "Demo workspace": N_("Demo workspace"),
}
"""What is done beside the drafts, by the word it is kept under."""
NOBODY = {"dialoom": N_("the system"), "command line": N_("command line")}


def author_name(author: str) -> str:
    """Name who did something; an account goes by its address."""
    return _(NOBODY[author]) if author in NOBODY else author


def did_words(what: str) -> str:
    """Say what was done; an edit was named in the language it was made in."""
    return _(DEEDS.get(what, what)) if what else ""


def done_to(line: Line) -> str:
    """Say what it was done to: a file by its title, a flow, a release."""
    if line.what in ("try", "share"):
        return titles().flow(line.detail)
    if line.what in ("publish", "rollback"):
        number, _colon, note = line.detail.partition(":")
        return " · ".join(filter(None, (_("Release %(n)s", n=number), did_words(note.strip()))))
    if line.what == "import" and line.detail.split(" ")[0].isdigit():
        return str(ngettext("%(num)s file", "%(num)s files", int(line.detail.split(" ")[0])))
    if line.detail == "import":
        return str(_("all drafts"))
    return titles().file(line.detail) if line.detail.endswith((".yaml", ".yml")) else line.detail
