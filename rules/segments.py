"""Segments (人群): visitors alike in some facts, named once and asked for in every condition.

A segment becomes one more fact, `segment.<key>`, true or false at each moment; so the matcher, the
oracle and a branch in a flow need to know nothing about them.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from flows.conditions import AllOf, AnyOf, Condition, holds, read_condition
from flows.fields import Fields
from flows.yaml_text import Document, read
from rules.generated import Judging, made
from rules.model import SEGMENT_FACT, Segment

PREFIX = SEGMENT_FACT
Segments = tuple[Segment, ...]


class SegmentSet(tuple[Segment, ...]):
    """Segments, and their conditions as one function: made once, asked at every turn."""

    @cached_property
    def judge(self) -> Judging | None:
        """Give the function; None where there is none of so deep conditions."""
        return made(self)


def read_segments(files: Mapping[str, str]) -> tuple[Segments, dict[str, Document]]:
    """Read every segment of a workspace, by key."""
    opened = {p: _opened(p, text) for p, text in sorted(files.items()) if p.startswith("segments/")}
    found = SegmentSet(segment for _, segment in opened.values() if segment is not None)
    return found, {path: document for path, (document, _) in opened.items()}


def kinds_of(segments: Iterable[Segment]) -> dict[str, str]:
    """Give the fact that each segment becomes, and its type."""
    return {segment.fact: "bool" for segment in segments}


def with_segments(facts: dict[str, Any], segments: Iterable[Segment]) -> dict[str, Any]:
    """Add to the facts whether the visitor is in each segment."""
    judge = segments.judge if isinstance(segments, SegmentSet) else None
    if judge is None:
        return facts | {segment.fact: holds(segment.when, facts) for segment in segments}
    held = judge(facts.get)
    return facts | {segment.fact: segment.key in held for segment in segments}


@lru_cache(maxsize=512)
def _opened(path: str, text: str) -> tuple[Document, Segment | None]:
    document = read(text, path)
    return document, read_segment(document) if document.value is not None else None


def read_segment(document: Document) -> Segment:
    """Read a segment's file."""
    fields = Fields(document, document.value, ())
    key, title = fields.key("segment"), fields.text("title")
    stem = document.file.rpartition("/")[2].removesuffix(".yaml")
    if key != stem:
        fields.problem("key_is_not_file_name", key=key, name=stem)
    when = fields.take("when", dict, None)
    condition: Condition = AllOf() if when is None else read_condition(document, when, ("when",))
    if isinstance(condition, AllOf | AnyOf) and not condition.parts:
        fields.problem("segment_of_everybody", "when")
    fields.finish()
    return Segment(stem, title, condition)
