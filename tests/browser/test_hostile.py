"""Texts that mean harm, texts without end, and two people who delete and link the same step."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.browser.test_two_people import SEND
from tests.installation import Installation

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
FAMILY = "👨‍👩‍👧‍👦🏳️‍🌈"
RIGHT_TO_LEFT = "\u202eright to left\u202c"


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(
        viewport={"width": 1440, "height": 860}, locale="en", reduced_motion="reduce"
    )
    page = found.new_page()
    sign_in(page, installation.url)
    page.close()
    yield found
    found.close()


def tab(context: BrowserContext, installation: Installation, flow: str) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    open_canvas(page, installation.url, flow)
    return page


def send(page: Page, **edit: object) -> tuple[object, str, str]:
    keys, said, how = page.evaluate(SEND, edit)
    return keys, said, how


@pytest.fixture
def page(context: BrowserContext, installation: Installation) -> Page:
    """A flow of this test's own: a step that says something, and one it leads to."""
    page = context.new_page()
    fail_on_errors(page)
    page.goto(installation.url)
    page.fill("#new-flow", "hostile")
    page.locator("form:has(#new-flow) button").click()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    for kind, at in (("say", [80, 80]), ("say", [480, 80]), ("end", [880, 80])):
        assert send(page, op="add", kind=kind, at=at)[2] == "taken"
    expect(page.locator(".card")).to_have_count(3)
    return page


def said(page: Page, words: str) -> None:
    page.locator(".card-say").first.focus()
    page.keyboard.press("Enter")
    field = page.locator("#inspector textarea[name^=say]").first
    field.fill(words)
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answered:
        page.click("#inspector button.primary")
    assert answered.value.status == 200


def test_a_script_with_code_marks_and_families_is_only_text(
    page: Page, installation: Installation
) -> None:
    said(page, f"{HOSTILE} {FAMILY} {RIGHT_TO_LEFT}")
    flow = page.url.rstrip("/").split("/")[-1]
    expect(page.locator(".card-say").first).to_contain_text("<script>")
    expect(page.locator(".card-say").first).to_contain_text(FAMILY)
    page.click("#open-try")
    expect(page.locator("#try-log .bot p").first).to_contain_text("<script>document.title")
    for path in (f"/flows/{flow}/list", "/scripts/", "/scripts-table/", f"/yaml/flows/{flow}.yaml"):
        page.goto(installation.url + path)
        page.wait_for_timeout(200)
        assert page.title() != "taken"
        assert page.locator("img[src=x]").count() == 0


def test_a_text_of_a_hundred_thousand_characters_is_kept_and_warned_of(page: Page) -> None:
    said(page, "长" * 100_000)
    expect(page.locator("#inspector textarea[name^=say]").first).to_have_value("长" * 100_000)
    page.keyboard.press("Escape")
    expect(page.locator("body")).to_contain_text("has 100000 characters", timeout=10_000)


def test_a_step_that_one_deletes_while_the_other_links_to_it(
    page: Page, context: BrowserContext, installation: Installation
) -> None:
    flow = page.url.rstrip("/").split("/")[-1]
    other = tab(context, installation, flow)
    first, second = [card.get_attribute("data-step") for card in page.locator(".card-say").all()]
    # The other tab is not told of anything until it asks itself.
    other.route("**/presence*", lambda route: route.abort())
    assert send(page, op="delete", keys=[second])[2] == "taken"
    keys, why, how = send(other, op="link", **{"from": first, "port": "next", "to": second})
    assert how == "refused", keys
    assert why
    expect(other.locator(f"#card-{second}")).to_have_count(0)
    assert other.locator(f'.wire[data-to="{second}"]').count() == 0
    assert page.locator(".card").count() == other.locator(".card").count() == 2
    page.click("#undo")
    expect(page.locator(f"#card-{second}")).to_have_count(1)
