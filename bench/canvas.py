"""The canvas in Chromium: CPU of a pointer move, beside React Flow on the same graph, and how long deeds take."""

import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from bench import canvas_deeds as deeds
from bench import canvas_react
from bench.canvas_graph import SIZES, flow, name, write_workspace
from bench.canvas_moves import Point, Scene, drag, hover, pan, spread
from bench.report import Report, Row
from designer.library import DEMO, library_files
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.installation import PASSWORD, Installation

DEED_SIZE = 500
VIEWPORT: ViewportSize = {"width": 1440, "height": 860}
# At 100 % the view stands here, in the middle of every flow.
INSIDE = (3_000.0, 2_500.0)
GESTURES = {"pan": pan, "drag": drag}
OURS = """() => { const m = new DOMMatrix(getComputedStyle(document.getElementById("viewport")).transform); return [m.e, m.f, m.a]; }"""
THEIRS = "() => { const { x, y, zoom } = window.flow.getViewport(); return [x, y, zoom]; }"
# What the server drew, for React Flow to draw too.
DRAWN = """() => {
  const words = (element, what) => [...element.querySelectorAll(what)].map((one) => one.textContent.trim());
  const surface = document.getElementById("canvas");
  return {
    width: surface.clientWidth, height: surface.clientHeight,
    cards: [...document.querySelectorAll("#cards > .card")].map((card) => ({
      key: card.dataset.step, x: Number(card.dataset.x), y: Number(card.dataset.y),
      title: words(card, ".card-head strong")[0], lines: words(card, ".card-body p"), ports: JSON.parse(card.dataset.links),
    })),
  };
}"""


async def measure(report: Report, _seconds: float) -> None:
    """Measure on real installations with generated flows."""
    if CHROMIUM is None:
        print("canvas: Chromium is not installed; passed over")
        return
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with _installed(SIZES) as url:
            await _floor(report, chromium)
            built = canvas_react.bundle()
            for size in SIZES:
                await _compare(report, chromium, url, size, built)
            await _search(report, chromium, url)
        with _installed((DEED_SIZE,), library_files(DEMO)) as url:
            await _deeds(report, chromium, url)
        await chromium.close()


@contextmanager
def _installed(sizes: tuple[int, ...], around: Mapping[str, str] | None = None) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder))
        write_workspace(Path(folder) / "ws", sizes, around)
        installation.run("import", str(Path(folder) / "ws"), "--publish")
        installation.start()
        try:
            yield installation.url
        finally:
            installation.stop()


async def sign_in(chromium: Browser, url: str) -> Page:
    """Give a page of the designer, signed in."""
    context = await chromium.new_context(viewport=VIEWPORT, locale="zh-CN")
    page = await context.new_page()
    await page.goto(url)
    await page.fill("[name=email]", "admin@dialoom.local")
    await page.fill("[name=password]", PASSWORD)
    await page.click("main button.primary")
    await page.wait_for_selector("#flows h1")
    return page


async def open_flow(page: Page, url: str, flow: str, view: list[float] | None = None) -> None:
    """Open a flow, with the view there if one is given."""
    if view:
        await page.evaluate(f"sessionStorage['dialoom:view:{flow}'] = '{view}'")
    await page.goto(f"{url}/flows/{flow}/")
    await page.wait_for_selector("#canvas[data-ready]")


async def _floor(report: Report, chromium: Browser) -> None:
    """Say what the measuring itself costs: the same moves over a page that does nothing."""
    page = await chromium.new_page(viewport=VIEWPORT)
    scene = await _scene(page, ("body", "body"), OURS, "body")
    costs = await hover(scene)
    report.add(Row("empty page", median(costs), "ms CPU", "lower", None, "contained in each move"))
    await page.close()


async def _compare(
    report: Report, chromium: Browser, url: str, size: int, built: Path | None
) -> None:
    layout: dict[str, Point] = flow(size)["layout"]  # type: ignore[assignment]
    page = await sign_in(chromium, url)
    await open_flow(page, url, name(size))
    graph = await page.evaluate(DRAWN)
    found = await _ours(page, url, size, layout)
    await page.context.close()
    others: dict[str, list[float]] = {}
    if built:
        with canvas_react.served(built, graph) as address:
            others = await _theirs(chromium, address, layout)
    for what, costs in found.items():
        target = 33.0 if size > 1_000 else 16.0 if "fit" in what else 8.0
        row = f"{size:,} cards, {what}"
        report.add(Row(row, median(costs), "ms CPU", "lower", target, spread(costs)))
        if what in others:
            note = f"React Flow {canvas_react.version()}, {spread(others[what])}"
            named = f"{row}, React Flow"
            report.add(Row(named, median(others[what]), "ms CPU", "lower", None, note))


async def _ours(
    page: Page, url: str, size: int, layout: dict[str, Point]
) -> dict[str, list[float]]:
    scene = await _scene(page, ("#canvas", "#canvas, #canvas *"), OURS, "#card-%s")

    async def at_full_size() -> None:
        await open_flow(page, url, name(size), [-INSIDE[0], -INSIDE[1], 1])

    async def in_fit_view() -> None:
        await open_flow(page, url, name(size))
        await page.click("[data-canvas=fit]")

    return await _all_moves(scene, layout, {"at 100 %": at_full_size, "in fit view": in_fit_view})


async def _theirs(chromium: Browser, url: str, layout: dict[str, Point]) -> dict[str, list[float]]:
    page = await (await chromium.new_context(viewport=VIEWPORT, locale="zh-CN")).new_page()
    scene = await _scene(
        page, (".react-flow", ".react-flow__pane"), THEIRS, '.react-flow__node[data-id="%s"]'
    )

    async def show(command: str) -> None:
        await page.goto(url)
        await page.wait_for_function("window.flow?.getNodes().every((node) => node.measured)")
        await page.evaluate(f"window.flow.{command}")

    async def at_full_size() -> None:
        await show(f"setViewport({{ x: {-INSIDE[0]}, y: {-INSIDE[1]}, zoom: 1 }})")

    async def in_fit_view() -> None:
        await show("fitView()")

    found = await _all_moves(scene, layout, {"at 100 %": at_full_size, "in fit view": in_fit_view})
    await page.context.close()
    return found


async def _scene(page: Page, surface: tuple[str, str], view: str, card: str) -> Scene:
    cdp = await page.context.new_cdp_session(page)
    # Time of the thread, not of the clock: other programs on the machine must not count.
    await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    return Scene(page, cdp, *surface, view, card)


async def _all_moves(
    scene: Scene, layout: dict[str, Point], views: dict[str, Callable[[], Awaitable[Any]]]
) -> dict[str, list[float]]:
    found = {}
    for view, show in views.items():
        for gesture, do in GESTURES.items():
            await show()
            await scene.page.wait_for_timeout(1_000)
            found[f"{gesture} {view}"] = await do(scene, layout)
    return found


async def _search(report: Report, chromium: Browser, url: str) -> None:
    page = await sign_in(chromium, url)
    await open_flow(page, url, name(1_000))
    await page.click("[data-canvas=fit]")
    await page.wait_for_timeout(1_000)
    waits = await deeds.search(page, 10)
    _add(report, "search 1,000 cards, one more letter", deeds.p95(waits), 50, waits)
    await page.context.close()


async def _deeds(report: Report, chromium: Browser, url: str) -> None:
    """Measure in a flow of five hundred steps beside the demo."""
    page, of = await sign_in(chromium, url), name(DEED_SIZE)
    weight, parts = await deeds.weigh(page, f"{url}/flows/{of}/")
    note = f"{parts} files, before charts and the YAML editor"
    report.add(Row("editor, scripts and styles", weight / 1024, "KB gz", "lower", 200, note))
    await open_flow(page, url, of, [-INSIDE[0], -INSIDE[1], 1])
    waits = await deeds.open_inspectors(page, 30)
    _add(report, "inspector opens", deeds.p95(waits), 100, waits)
    waits = await deeds.save(page, 20)
    _add(report, "save with validation", deeds.p95(waits), 200, waits)
    await page.click("[data-close-inspector]")
    waits = await deeds.undo(page, 10)
    _add(report, "undo seen", deeds.p95(waits), 50, waits)
    took, longest = await deeds.lay_out(page)
    _add(report, "tidy up 500 cards", took, 1_000, [took])
    note = "of the page, until the answer of the server is drawn; 0 is under 50"
    report.add(Row("longest task meanwhile", longest, "ms", "lower", None, note))
    published, back = await deeds.publish(page, url, 5)
    _add(report, "publish", deeds.p95(published), 1_000, published)
    _add(report, "roll back", deeds.p95(back), 1_000, back)
    await page.context.close()


def _add(report: Report, what: str, value: float, target: float, waits: list[float]) -> None:
    many = f"p95 of {len(waits)}, median {median(waits):.0f}" if len(waits) > 1 else ""
    report.add(Row(what, value, "ms", "lower", target, many))
