"""How the canvas behaves towards people: it does what is asked, hides nothing, and says why when it cannot."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

LAID = """([cards]) => new Promise((done) => {
  const worker = new Worker(document.getElementById("canvas").dataset.worker);
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = (event) => done({ failed: event.message });
  worker.postMessage(cards);
})"""
SIZE = 220, 140


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(
        viewport={"width": 1440, "height": 860}, locale="zh-CN", reduced_motion="reduce"
    )
    yield found
    found.close()


def tab(context: BrowserContext, installation: Installation, flow: str) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    if not context.cookies():
        sign_in(page, installation.url)
    open_canvas(page, installation.url, flow)
    return page


def chain(many: int) -> dict[str, list[str]]:
    """One step after the other, with a way back now and then, as "ask again" is."""
    links = {f"s{n}": [f"s{n + 1}"] for n in range(many - 1)} | {f"s{many - 1}": ["s0"]}
    for n in range(100, many, 100):
        links[f"s{n}"].append(f"s{n - 30}")
    return links


def star(many: int) -> dict[str, list[str]]:
    return {"s0": [f"s{n}" for n in range(1, many)]} | {f"s{n}": [] for n in range(1, many)}


@pytest.mark.parametrize("links", [chain(5000), star(2000), chain(450)], ids=len)
def test_a_flow_of_thousands_of_steps_is_tidied_up(
    context: BrowserContext, installation: Installation, links: dict[str, list[str]]
) -> None:
    page = tab(context, installation, "price")
    width, height = SIZE
    cards = [{"key": key, "width": width, "height": height, "to": to} for key, to in links.items()]
    places = page.evaluate(LAID, [cards]).get("places")
    assert places
    assert places.keys() == links.keys()
    # The server takes no place further out.
    assert all(0 <= n < 1e5 - 100 for place in places.values() for n in place)
    assert not overlapping(list(places.values()))
    onward = [
        (key, next_) for key, to in links.items() for next_ in to if int(next_[1:]) > int(key[1:])
    ]
    # A long flow is folded into rows, as a text is into lines: that is where a way on leads back.
    back = sum(places[next_][0] <= places[key][0] for key, next_ in onward)
    assert back < len(onward) / 30


def overlapping(places: list[list[float]]) -> bool:
    """Say whether any two cards lie on each other; looks at what is near in a grid."""
    width, height = SIZE
    cells: dict[tuple[int, int], list[list[float]]] = {}
    for x, y in places:
        column, row = int(x // width), int(y // height)
        for near in [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
            for left, top in cells.get(near, []):
                if abs(left - x) < width and abs(top - y) < height:
                    return True
        cells.setdefault((column, row), []).append([x, y])
    return False


def test_when_tidying_up_fails_the_canvas_says_what_to_do(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    sign_in(page, installation.url)
    open_canvas(page, installation.url, "price")
    surface = page.locator("#canvas")
    surface.evaluate("(surface) => { surface.dataset.worker = '/static/canvas/none.js'; }")
    page.locator("[data-canvas=layout]").first.click()
    expect(page.locator("#canvas-notice")).to_be_visible()
    expect(page.locator("#canvas-notice")).to_have_text(page.locator("#canvas-said").inner_text())
    expect(surface).not_to_have_attribute("aria-busy", "true")
