"""Labels of moods: what people said of messages, and how well a threshold would do on them."""

import csv
import io
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select

from designer.tables import MoodLabel
from rules.mood import language_of
from runtime.db import transaction
from runtime.nlu.misheard import mask
from runtime.nlu.sentiment import score
from runtime.tables import EventRow

MOST_ROWS = 20_000
ANGRY = {"1": True, "angry": True, "yes": True, "0": False, "calm": False, "no": False}
"""How a table may say it."""


@dataclass(frozen=True)
class Point:
    """A threshold and what it would do: flagged, rightly flagged, precision and recall."""

    threshold: float
    flagged: int
    right: int
    precision: float
    recall: float


def label(engine: Engine, author: str, text: str, angry: bool) -> None:
    """Say of a message whether it is angry; the last word counts."""
    label_all(engine, author, [(text, angry)])


def label_all(engine: Engine, author: str, rows: Iterable[tuple[str, bool]]) -> int:
    """Say it of many; gives how many were kept."""
    said = {mask(text): angry for text, angry in rows}
    said.pop("", None)
    with transaction(engine) as database:
        for text, angry in said.items():
            found = database.scalar(select(MoodLabel).where(MoodLabel.text == text))
            if found is None:
                found = MoodLabel(text=text, language=language_of(text))
                database.add(found)
            found.angry, found.author = angry, author
    return len(said)


def forget(engine: Engine, number: int) -> None:
    """Take a label back."""
    with transaction(engine) as database:
        database.execute(delete(MoodLabel).where(MoodLabel.id == number))


def labels(engine: Engine, language: str = "") -> list[MoodLabel]:
    """List the labels of a language, or all; the newest first."""
    query = select(MoodLabel).order_by(MoodLabel.id.desc()).limit(MOST_ROWS)
    if language:
        query = query.where(MoodLabel.language == language)
    with transaction(engine, writes=False) as database:
        return list(database.scalars(query))


def read_table(text: str) -> list[tuple[str, bool]]:
    """Read rows below `text,label` (angry or calm, 1 or 0); ValueError names the line."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    if not {"text", "label"} <= set(lines.fieldnames or ()):
        raise ValueError("the first line must name the columns text and label")
    found = []
    for row in lines:
        said = (row["label"] or "").strip().lower()
        if said not in ANGRY:
            raise ValueError(f"line {lines.line_num}: the label is angry or calm, not {said!r}")
        found.append((row["text"] or "", ANGRY[said]))
    return found[:MOST_ROWS]


def curve(rows: Sequence[MoodLabel]) -> list[Point]:
    """Give what each threshold from 0.05 to 0.95 would do with labelled messages."""
    judged = [(score(row.text).escalate, row.angry) for row in rows]
    angry = sum(truth for _, truth in judged)
    points = []
    for step in range(1, 20):
        threshold = step / 20
        flagged = [truth for level, truth in judged if level >= threshold]
        right = sum(flagged)
        precision = right / len(flagged) if flagged else 1.0
        points.append(
            Point(threshold, len(flagged), right, precision, right / angry if angry else 0.0)
        )
    return points


def lowest_for(points: Sequence[Point], precision: float) -> float | None:
    """Give the lowest threshold that is right at least this often; None when none flags so well."""
    fitting = [one.threshold for one in points if one.flagged and one.precision >= precision]
    return min(fitting, default=None)


def to_judge(engine: Engine, days: float = 30.0, most: int = 30) -> list[tuple[str, float]]:
    """List recent messages without a label, those that call most for a person first."""
    query = select(EventRow.text).where(
        EventRow.name == "message", EventRow.at >= time.time() - days * 86400
    )
    with transaction(engine, writes=False) as database:
        known = set(database.scalars(select(MoodLabel.text)))
        texts = list(database.scalars(query.order_by(EventRow.at.desc()).limit(2_000)))
    fresh = dict.fromkeys(mask(text) for text in texts if not text.startswith("/"))
    found = [(text, score(text).escalate) for text in fresh if text and text not in known]
    return sorted((one for one in found if one[1] > 0), key=lambda one: -one[1])[:most]
