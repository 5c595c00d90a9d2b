"""Nothing stands out over its place: a rule's form on a phone, in English; tiles of the inbox."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.signing import sign_in
from tests.installation import Installation

OVER = "document.documentElement.scrollWidth - innerWidth"
MEETS = """() => {
  const right = Math.max(...[...document.querySelectorAll("#waiting a")].map((tile) => tile.getBoundingClientRect().right));
  return right - document.querySelector(".inbox > :last-child").getBoundingClientRect().left;
}"""


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Page:
    found = browser.new_context(locale="en-GB", color_scheme="dark").new_page()
    sign_in(found, installation.url)
    return found


def test_the_form_of_a_rule_fits_a_phone(page: Page, installation: Installation) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for rule in ("price-silence-nudge", "iphone15-dwell-offer", "washer-installation"):
        page.goto(f"{installation.url}/rules/{rule}")
        page.locator("[data-condition] .group-of").first.wait_for()
        assert page.evaluate(OVER) <= 0, rule
    page.context.close()


def test_a_tile_of_the_inbox_does_not_reach_into_the_talk(
    page: Page, installation: Installation
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for words in (
        "我要找人工客服",
        "我的洗衣机到现在还没有送到，已经等了好几天，请尽快帮我看看" * 2,
    ):
        installation.say("visitor-of-a-long-name-that-waits", words)
    page.goto(f"{installation.url}/inbox/")
    page.locator("#waiting a").first.wait_for()
    assert page.evaluate(MEETS) <= 0
    page.context.close()
