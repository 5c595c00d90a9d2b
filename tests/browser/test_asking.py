"""Questions are asked in a dialog of the page; a box of cards takes its notes along."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

PLACES = "() => [...document.querySelectorAll('.note')].map(({dataset}) => [Number(dataset.x), Number(dataset.y)])"


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
    )
    yield found
    found.close()


def page_of(context: BrowserContext, installation: Installation) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    sign_in(page, installation.url)
    return page


def test_a_yes_is_asked_for_in_the_page_and_escape_means_no(
    context: BrowserContext, installation: Installation
) -> None:
    page = page_of(context, installation)
    page.goto(f"{installation.url}/rules/on-thanks")
    delete = page.get_by_role("button", name="删除", exact=True).last
    delete.click()
    dialog = page.locator("#asking")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="确定")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#rule-form")).to_be_visible()
    delete.click()
    page.keyboard.press("Enter")
    expect(page.locator("#rules")).to_contain_text("已删除")


def test_a_sub_flow_is_named_in_the_page(
    context: BrowserContext, installation: Installation
) -> None:
    page = page_of(context, installation)
    open_canvas(page, installation.url, "presale")
    page.evaluate("""() => { const card = document.querySelector('.card[data-kind="say"]');
        document.dispatchEvent(new CustomEvent('dialoom:select', {detail: {step: card.dataset.step}})); }""")
    before = page.locator(".card").count()
    page.locator('#arrange [data-canvas="subflow"]').click()
    field = page.locator("#asking input")
    expect(field).to_be_focused()
    field.fill("新的子流程")
    page.keyboard.press("Enter")
    expect(page.locator(".card-head", has_text="子流程").first).to_be_visible()
    assert page.locator(".card").count() == before


def test_a_box_takes_its_notes_along(context: BrowserContext, installation: Installation) -> None:
    page = page_of(context, installation)
    open_canvas(page, installation.url, "returns")
    page.locator('#palette [data-canvas="note"]').click()
    page.locator(".note textarea").fill("一起走")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note p")).to_have_text("一起走")
    page.locator('[data-canvas="fit"]').first.click()
    box = page.locator("#canvas").bounding_box()
    assert box
    (before,) = page.evaluate(PLACES)
    for _try in range(3):  # The answer to the edit may come while the box is drawn.
        page.keyboard.down("Shift")
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] - 8, steps=4)
        page.mouse.up()
        page.keyboard.up("Shift")
        page.wait_for_timeout(300)
        if page.locator(".note.boxed").count():
            break
    expect(page.locator(".note.boxed")).to_have_count(1)
    head = page.locator(".card:not(.off) .card-head").first.bounding_box()
    assert head
    page.mouse.move(head["x"] + 8, head["y"] + 5)
    page.mouse.down()
    page.mouse.move(head["x"] + 68, head["y"] + 65, steps=5)
    page.mouse.up()
    page.wait_for_function("() => !document.querySelector('#cards .card.held')")
    (after,) = page.evaluate(PLACES)
    assert after[0] > before[0]
    assert after[1] > before[1]
    page.wait_for_timeout(600)
    page.reload()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    assert page.evaluate(PLACES) == [after], "it was saved"
