"""Every wording as one table: edited in bulk, and taken out and in as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from designer.workspace import Workspace
from flows import script_edits
from flows.edits import EditRefused
from flows.fields import KEY
from flows.yaml_text import write

MOST_ROWS = 20_000
FORMULAS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Row:
    """One wording: its script, its variant, and its text by language."""

    script: str
    variant: str
    texts: Mapping[str, str]


@dataclass(frozen=True)
class TakenIn:
    """What a table changed: the files, how many wordings differ, and rows that made no sense."""

    texts: Mapping[str, str]
    changed: int = 0
    added: int = 0
    refused: tuple[str, ...] = ()


def rows_of(workspace: Workspace, wanted: str = "") -> list[Row]:
    """Give every wording of a workspace that holds some words."""
    found = []
    for key, script in sorted(workspace.compiled.book.scripts.items()):
        for variant in script.variants.values():
            texts = {
                lang: variant.text.get(lang, variant.text.get("", ""))
                for lang in workspace.languages
            }
            named = (key, variant.key, *script.title.values(), *variant.title.values())
            if wanted.lower() in " ".join((*named, *texts.values())).lower():
                found.append(Row(key, variant.key, texts))
    return found


def to_csv(rows: Sequence[Row], languages: Sequence[str]) -> str:
    """Write rows as CSV; a text that a spreadsheet would calculate gets an apostrophe before it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["script", "variant", *languages])
    for row in rows:
        texts = [row.texts.get(language, "") for language in languages]
        table.writerow([row.script, row.variant, *(_harmless(text) for text in texts)])
    # Excel takes CSV for the local encoding unless it begins with this mark.
    return "\ufeff" + out.getvalue()


def read_csv(content: bytes, languages: Sequence[str]) -> list[Row]:
    """Read rows from CSV; EditRefused when it is none of ours."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise EditRefused("not_utf8") from error
    try:
        table = list(csv.DictReader(io.StringIO(text)))
    except csv.Error as error:
        raise EditRefused("not_a_table") from error
    if not table or not {"script", "variant"} <= set(table[0]):
        raise EditRefused("not_a_table")
    if len(table) > MOST_ROWS:
        raise EditRefused("too_big", most=f"{MOST_ROWS}")
    return [
        Row(
            (line.get("script") or "").strip(),
            (line.get("variant") or "").strip(),
            {lang: _as_meant(line[lang] or "") for lang in languages if line.get(lang) is not None},
        )
        for line in table
    ]


def taken_in(workspace: Workspace, rows: Sequence[Row]) -> TakenIn:
    """Bring rows into the scripts: texts that differ are changed, unknown wordings are added."""
    texts: dict[str, str] = {}
    changed = added = 0
    refused = []
    for row in rows:
        path = f"scripts/{row.script}.yaml"
        if not KEY.match(row.script) or not KEY.match(row.variant):
            refused.append(f"{row.script}/{row.variant}")
            continue
        try:
            text = texts.get(path, workspace.files.get(path, ""))
            new, more, fresh = _with_row(workspace, text, row)
        except (ValueError, EditRefused):
            refused.append(f"{row.script}/{row.variant}")
            continue
        if new != text:
            texts[path] = new
            changed, added = changed + more, added + fresh
    return TakenIn(texts, changed, added, tuple(refused))


def apart(
    workspace: Workspace, base: Workspace, rows: Sequence[Row]
) -> tuple[list[Row], dict[tuple[str, str, str], str]]:
    """Tell what may be saved from what somebody else changed meanwhile, since `base`.

    Gives the rows with the texts that may, and by script, variant, language the words that wait.
    """
    was = {(row.script, row.variant): row.texts for row in rows_of(base)}
    now = {(row.script, row.variant): row.texts for row in rows_of(workspace)}
    fine: list[Row] = []
    clashing: dict[tuple[str, str, str], str] = {}
    for row in rows:
        before, here = (known.get((row.script, row.variant), {}) for known in (was, now))
        kept = {}
        for language, words in row.texts.items():
            theirs, mine = here.get(language, "").strip(), words.strip()
            if theirs in (before.get(language, "").strip(), mine):
                kept[language] = words
            else:
                clashing[row.script, row.variant, language] = words
        if kept:
            fine.append(Row(row.script, row.variant, kept))
    return fine, clashing


def _with_row(workspace: Workspace, text: str, row: Row) -> tuple[str, int, int]:
    if not text:
        said = {lang: words for lang, words in row.texts.items() if words}
        return write({"script": row.script, "variants": {row.variant: {"text": said}}}), 0, 1
    script = workspace.compiled.book.scripts.get(row.script)
    known = script.variants.get(row.variant) if script else None
    if known is None:
        text = script_edits.add_variant(text, row.variant)
    changed = 0
    for language, words in row.texts.items():
        have = known.text.get(language, known.text.get("", "")) if known else ""
        if words.strip() != have.strip():
            text = script_edits.reword(text, row.variant, language, words.strip())
            changed = 1
    return text, changed if known else 0, 0 if known else 1


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text


def _as_meant(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULAS) else text
