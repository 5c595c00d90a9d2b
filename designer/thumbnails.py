"""A small picture of a flow, drawn from where its cards really stand."""

from dataclasses import dataclass

from flows.model import Flow

WIDE, TALL = 220.0, 120.0
MOST_CARDS = 60


@dataclass(frozen=True)
class Thumbnail:
    """Boxes (kind, x, y) and lines (x1, y1, x2, y2) within a view box of width and height."""

    width: float
    height: float
    boxes: list[tuple[str, float, float]]
    lines: list[tuple[float, float, float, float]]


def thumbnail(flow: Flow) -> Thumbnail:
    """Draw a flow small; steps without a place stand in rows."""
    steps = list(flow.steps.values())[:MOST_CARDS]
    places = {
        step.key: flow.layout.get(step.key, (300.0 * (n % 6), 200.0 * (n // 6)))
        for n, step in enumerate(steps)
    }
    if not places:
        return Thumbnail(WIDE, TALL, [], [])
    left, top = min(x for x, _ in places.values()), min(y for _, y in places.values())
    at = {key: (x - left + 20, y - top + 20) for key, (x, y) in places.items()}
    lines = [
        (at[step.key][0] + WIDE, at[step.key][1] + TALL / 2, at[link.to][0], at[link.to][1] + 20)
        for step in steps
        for link in step.links
        if link.to in at
    ]
    width = max(x for x, _ in at.values()) + WIDE + 20
    height = max(y for _, y in at.values()) + TALL + 20
    return Thumbnail(width, height, [(step.kind, *at[step.key]) for step in steps], lines)
