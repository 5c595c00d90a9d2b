"""Words half written: closing, leaving and other people's deletions do not throw them away."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

FLOW = "price"


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(
        viewport={"width": 1440, "height": 860}, locale="en", reduced_motion="reduce"
    )
    yield found
    found.close()


@pytest.fixture
def page(context: BrowserContext, installation: Installation) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    sign_in(page, installation.url)
    open_canvas(page, installation.url, FLOW)
    return page


def said_step(page: Page) -> str:
    found: str = page.evaluate(
        "[...document.querySelectorAll('#cards > .card')].find((c) => c.querySelector('.kind-say, .said, p'))"
        ".dataset.step"
    )
    return found


def open_step(page: Page, key: str) -> None:
    page.locator(f"#card-{key}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#inspector textarea[name^=say]").first).to_be_visible()


def write(page: Page, words: str) -> None:
    page.locator("#inspector textarea[name^=say]").first.fill(words)


@pytest.mark.parametrize("way", ["button", "key"])
def test_closing_saves_what_was_written(page: Page, way: str) -> None:
    key, words = said_step(page), f"closed by {way}"
    open_step(page, key)
    write(page, words)
    if way == "button":
        page.click("[data-close-inspector]")
    else:
        page.locator("#inspector textarea[name^=say]").first.press("Escape")
    expect(page.locator("#inspector")).to_be_hidden()
    open_step(page, key)
    expect(page.locator("#inspector textarea[name^=say]").first).to_have_value(words)


def test_a_link_saves_before_it_leads_away(page: Page, installation: Installation) -> None:
    key = said_step(page)
    open_step(page, key)
    write(page, "on the way to the releases")
    page.locator(".bar a[href*='/releases/']").first.click()
    page.wait_for_url("**/releases/**")
    open_canvas(page, installation.url, FLOW)
    open_step(page, key)
    field = page.locator("#inspector textarea[name^=say]").first
    expect(field).to_have_value("on the way to the releases")


def test_words_in_a_step_that_somebody_deletes_stay(
    context: BrowserContext, page: Page, installation: Installation
) -> None:
    key = said_step(page)
    open_step(page, key)
    write(page, "still being written")
    other = context.new_page()
    open_canvas(other, installation.url, FLOW)
    other.locator(f"#card-{key}").focus()
    other.keyboard.press("Delete")
    expect(other.locator(f"#card-{key}")).to_have_count(0)
    expect(page.locator("#inspector [role=alert]")).to_contain_text("deleted", timeout=15_000)
    field = page.locator("#inspector textarea[name^=say]").first
    expect(field).to_have_value("still being written")
    other.locator("#undo").click()
    expect(other.locator(f"#card-{key}")).to_have_count(1)


def test_a_form_that_is_not_saved_asks_before_its_page_is_left(
    page: Page, installation: Installation
) -> None:
    page.goto(f"{installation.url}/scripts/")
    page.locator("#main tbody a, #main .tile a").first.click()
    page.locator("textarea[name^=say]").first.click()
    page.keyboard.type("half written")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.evaluate("location.assign('/rules/')")
    page.wait_for_url("**/rules/")
    assert asked == ["beforeunload"]
