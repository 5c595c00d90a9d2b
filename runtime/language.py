"""Which language a visitor is spoken to in."""

import re
from functools import lru_cache

from flows.workspace import Workspace
from runtime.engine.session import Session
from runtime.messages import Message

_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def language_of(message: Message, session: Session, workspace: Workspace) -> str:
    """Choose by what the channel says, else by the letters of the text, else as before.

    Empty while nothing is known: a page event must not decide for what is written later.
    """
    for wanted in (message.lang, session.lang if message.kind != "message" else ""):
        if wanted and (found := _known(wanted, workspace.languages)):
            return found
    if message.kind == "message" and not message.payload:
        if _CJK.search(message.text):
            return _known("zh", workspace.languages) or workspace.languages[0]
        if not session.lang and len(_LATIN_WORD.findall(message.text)) >= 2:
            return _known("en", workspace.languages) or workspace.languages[0]
    return session.lang


@lru_cache(maxsize=1_024)
def _known(wanted: str, languages: tuple[str, ...]) -> str:
    family = wanted.split("-", maxsplit=1)[0].lower()
    exact = [name for name in languages if name.lower() == wanted.lower()]
    alike = [name for name in languages if name.split("-")[0].lower() == family]
    return (exact + alike + [""])[0]
