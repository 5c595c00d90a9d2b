"""What was not understood is taught with two keys, and fits a phone however long it is."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from runtime.db import open_engine, transaction
from runtime.tables import EventRow
from tests.browser.signing import fail_on_errors, sign_in
from tests.installation import Installation

SCROLLS = "document.documentElement.scrollWidth - innerWidth"
FOCUSED = "document.activeElement.closest('form')?.querySelector('strong')?.textContent"
TEXTS = ["能不能再少收一点点钱呀", "快递咋还没个影儿", "我要退掉这台破机器", "x" * 290]


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    engine = open_engine(f"sqlite:///{installation.data / 'var' / 'dialoom.db'}")
    with transaction(engine) as database:
        for n, text in enumerate(TEXTS):
            data = {"text": text, "confidence": 0.01}
            times = range(9 - n)
            rows = [(f"misheard-{n}-{i}", time.time() - 60 * n) for i in times]
            some = {"name": "message", "visitor": "v", "data": data, "text": text}
            database.add_all(EventRow(id=key, at=at, **some) for key, at in rows)
    engine.dispose()
    found = browser.new_context(viewport={"width": 390, "height": 800}, locale="zh-CN")
    yield found
    found.close()


def opened(context: BrowserContext, installation: Installation) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    sign_in(page, installation.url)
    page.goto(f"{installation.url}/nlu/inbox")
    return page


def test_two_keys_teach_a_text_and_go_on_to_the_next(
    context: BrowserContext, installation: Installation
) -> None:
    page = opened(context, installation)
    assert page.evaluate(SCROLLS) <= 0
    first = page.locator("form[data-misheard]", has_text=TEXTS[0])
    assert first.locator("[data-intent]").count() == 5
    likeliest = first.locator("[data-intent]").first.get_attribute("data-intent")
    expect(first.locator("select")).to_have_value(str(likeliest))
    page.keyboard.press("s")
    assert page.evaluate(FOCUSED) == TEXTS[0], "the first key comes to the first text"
    page.keyboard.press("s")
    assert page.evaluate(FOCUSED) == TEXTS[1]
    chosen = page.locator("form[data-misheard]", has_text=TEXTS[1]).locator("[data-intent]").nth(1)
    intent = chosen.get_attribute("data-intent")
    page.keyboard.press("2")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(chosen).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#misheard [role=status]")).to_contain_text(TEXTS[1])
    following = page.locator("form[data-misheard]", has_text=TEXTS[2])
    expect(following.locator("[aria-pressed=true]")).to_be_focused()
    page.goto(f"{installation.url}/nlu/intents/{intent}")
    expect(page.locator("textarea").first).to_have_value(re.compile(TEXTS[1]))
