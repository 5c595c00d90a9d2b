"""Compiles the translations: `.po` files to the `.mo` files that gettext reads."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).parent / "translations"


def compile_all() -> int:
    """Compile every language; gives how many."""
    sources = list(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
    for source in sources:
        with source.open("rb") as text, source.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, read_po(text))
    return len(sources)


if __name__ == "__main__":
    compile_all()
