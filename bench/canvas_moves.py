"""CPU of the main thread for one pointer move, dispatched one a frame, from Chromium's own count."""

from dataclasses import dataclass
from statistics import quantiles

from playwright.async_api import CDPSession, Page

from bench.canvas_graph import COLUMN

OUT, BACK, STEP = 60, 30, (12, 4)
WARMING = 5
ONE_FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
# A card is pressed by its title; between two columns nothing stands.
TITLE, GAP, BETWEEN = (100, 18), 270, 15
DOZENS = 40
UNDER = "([x, y, what]) => document.elementFromPoint(x, y)?.matches(what) ?? false"
Point = tuple[float, float]


@dataclass(frozen=True)
class Scene:
    """A page that shows a flow: where its board stands, and how a card is found in it."""

    page: Page
    cdp: CDPSession
    surface: str
    empty: str
    view: str
    card: str

    async def place_of(self, at: Point) -> Point:
        """Give the place on the page of a point of the board."""
        box = await self.page.locator(self.surface).bounding_box()
        assert box
        x, y, k = await self.page.evaluate(self.view)
        return box["x"] + x + at[0] * k, box["y"] + y + at[1] * k

    async def begin_at(self) -> Point:
        """Give the place where the gestures begin: left of the middle, as they go to the right."""
        box = await self.page.locator(self.surface).bounding_box()
        assert box
        x = box["x"] + (box["width"] - OUT * STEP[0]) / 2
        return x, box["y"] + (box["height"] - OUT * STEP[1]) / 2

    async def cpu(self) -> float:
        """Give the CPU that the main thread used until now, in ms."""
        found = await self.cdp.send("Performance.getMetrics")
        return 1000.0 * next(
            float(m["value"]) for m in found["metrics"] if m["name"] == "TaskDuration"
        )

    async def mouse(self, kind: str, at: Point) -> None:
        """Dispatch one event of the mouse."""
        held = {"button": "left", "buttons": 1, "clickCount": 1} if kind != "mouseReleased" else {}
        event = {"type": kind, "x": at[0], "y": at[1], "button": "left", **held}
        await self.cdp.send("Input.dispatchMouseEvent", event)


async def hover(scene: Scene) -> list[float]:
    """Move over nothing; give the CPU of every move."""
    costs, end = await _moves(scene, (300, 300))
    await scene.mouse("mouseReleased", end)
    return costs


async def pan(scene: Scene, cards: dict[str, Point]) -> list[float]:
    """Press between two columns and pan; give the CPU of every move."""
    gaps = {key: (x - COLUMN + GAP, y - BETWEEN) for key, (x, y) in cards.items()}
    for at in (await _nearest(scene, gaps))[:DOZENS]:
        start = await scene.place_of(gaps[at])
        # React Flow pans from nowhere but its empty pane.
        if await scene.page.evaluate(UNDER, [*start, scene.empty]):
            break
    before = await scene.place_of((0, 0))
    costs, end = await _moves(scene, start)
    after = await scene.place_of((0, 0))
    gone = (after[0] - before[0], after[1] - before[1])
    assert _apart(gone, (end[0] - start[0], end[1] - start[1])) < 2 * STEP[0], (
        "the view did not follow"
    )
    await scene.mouse("mouseReleased", end)
    return costs


async def drag(scene: Scene, cards: dict[str, Point]) -> list[float]:
    """Drag one card; give the CPU of every move."""
    heads = {key: (x + TITLE[0], y + TITLE[1]) for key, (x, y) in cards.items()}
    key = (await _nearest(scene, heads))[0]
    costs, end = await _moves(scene, await scene.place_of(heads[key]))
    box = await scene.page.locator(scene.card % key).bounding_box()
    assert box
    late = 2 * STEP[0]
    assert box["x"] - late < end[0] < box["x"] + box["width"] + late, "the card did not follow"
    await scene.page.keyboard.press("Escape")
    await scene.mouse("mouseReleased", end)
    return costs


def spread(costs: list[float]) -> str:
    """Say how far the moves lie apart."""
    return f"p95 {quantiles(costs, n=20)[-1]:.1f}, {len(costs)} moves"


async def _moves(scene: Scene, start: Point) -> tuple[list[float], Point]:
    await scene.mouse("mouseMoved", start)
    await scene.mouse("mousePressed", start)
    costs = []
    at = start
    for number in range(WARMING + OUT + BACK):
        steps = number + 1 if number < WARMING + OUT else 2 * (WARMING + OUT) - number - 1
        at = start[0] + steps * STEP[0], start[1] + steps * STEP[1]
        before = await scene.cpu()
        await scene.mouse("mouseMoved", at)
        await scene.page.evaluate(ONE_FRAME)
        costs.append(await scene.cpu() - before)
    return costs[WARMING:], at


async def _nearest(scene: Scene, points: dict[str, Point]) -> list[str]:
    """Order points of the board, the one nearest to where the gestures begin first."""
    wanted = await scene.begin_at()
    (left, top), (right, _bottom) = await scene.place_of((0, 0)), await scene.place_of((1, 1))
    k = right - left
    board = (wanted[0] - left) / k, (wanted[1] - top) / k
    return sorted(points, key=lambda key: _apart(points[key], board))


def _apart(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])
