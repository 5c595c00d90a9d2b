"""Cards that only went elsewhere are not drawn anew, and every tab sees where they stand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

PLACES = """() => Object.fromEntries([...document.querySelectorAll("#cards > .card")].map((card) =>
  [card.dataset.step, [card.style.transform, card.dataset.x, card.dataset.y, Boolean(card.known)]]))"""
SEEN = """() => [...document.querySelectorAll("#cards > .card")].some((card) => {
  const { left, top, width } = card.getBoundingClientRect();
  return width && document.elementFromPoint(left + width / 2, top + 15)?.closest(".card") === card;
})"""


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1440, "height": 860}, locale="zh-CN")
    yield found
    found.close()


def tab(context: BrowserContext, installation: Installation, flow: str) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    if not context.cookies():
        sign_in(page, installation.url)
    open_canvas(page, installation.url, flow)
    page.evaluate("document.querySelectorAll('#cards > .card').forEach((c) => { c.known = true; })")
    return page


def test_tidying_up_and_undoing_it_draws_no_card_anew(
    context: BrowserContext, installation: Installation
) -> None:
    mine, theirs = (tab(context, installation, "order_status") for _ in range(2))
    before = mine.evaluate(PLACES)
    for press in ("[data-canvas=layout]", "#undo"):
        rev = mine.locator("#state").get_attribute("data-rev")
        mine.locator(press).click()
        mine.wait_for_selector(f'#state:not([data-rev="{rev}"])', state="attached")
        now = mine.evaluate(PLACES)
        assert all(known for *_place, known in now.values())
        assert all(f"translate({x}px, {y}px)" == where for where, x, y, _known in now.values())
        newest = mine.locator("#state").get_attribute("data-rev")
        expect(theirs.locator("#state")).to_have_attribute("data-rev", str(newest))
        assert theirs.evaluate(PLACES) == now
        assert (now == before) is (press == "#undo")


def test_a_flow_opened_for_the_first_time_shows_cards_that_can_be_pressed(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "presale")
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for flow in ("presale", "returns", "compensation"):
        page.evaluate("sessionStorage.clear()")
        open_canvas(page, installation.url, flow)
        page.wait_for_function(SEEN)
        key = page.locator("[data-start]").get_attribute("data-step")
        page.locator(f"#card-{key} .card-head").click()
        expect(page.locator(f'#inspector form[hx-put$="/steps/{key}"]')).to_be_visible()
