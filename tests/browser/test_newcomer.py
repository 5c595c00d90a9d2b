"""A newcomer, with no help but the screen: from the sign-in page to a live flow in three minutes.

Everything goes at a person's pace: a look before each press, typing at sixty words a minute. The
actions are counted and printed.
"""

import json
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors
from tests.installation import PASSWORD, Installation

LOOKS, PER_LETTER = 1_000, 180
"""Milliseconds a person looks before acting, and needs for a letter (or a character, with pinyin)."""


@dataclass
class Newcomer:
    """Somebody who never saw this before, and writes down what they do."""

    page: Page
    actions: list[str] = field(default_factory=list)

    def press(self, what: Locator, words: str) -> None:
        self.page.wait_for_timeout(LOOKS)
        what.click()
        self.actions.append(f"press {words}")

    def write(self, where: Locator, text: str, words: str) -> None:
        self.page.wait_for_timeout(LOOKS)
        where.click()
        where.press("Control+a")
        where.press_sequentially(text, delay=PER_LETTER)
        self.actions.append(f"write {words}")


def after(card: Locator) -> str:
    """Name the step that a card leads to."""
    return str(json.loads(card.get_attribute("data-links") or "[]")[0]["to"])


def test_a_newcomer_is_live_in_three_minutes(installation: Installation, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 860}, locale="zh-CN")
    page = context.new_page()
    fail_on_errors(page)
    person = Newcomer(page)
    begun = time.monotonic()
    page.goto(installation.url)
    person.write(page.get_by_label("邮箱"), "admin@dialoom.local", "the e-mail address")
    person.write(page.get_by_label("密码"), PASSWORD, "the password")
    person.press(page.get_by_role("button", name="登录"), "sign in")
    person.press(page.get_by_role("link", name="从模板开始"), "start from a template")
    person.press(page.locator('form[action$="/template/faq_desk"] button'), "use this template")
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    page.screenshot(path=SHOTS / "newcomer-1-template.png")
    for number, words in ((0, "本店顺丰包邮，当天发货～"), (1, "电子发票随单开，放心下单！")):
        card = page.locator(".card-say").nth(number)
        person.press(card.locator("strong"), f"the card {card.get_attribute('aria-label')}")
        area = page.locator('#inspector textarea[lang="zh-CN"]').first
        expect(area).to_be_visible()
        person.write(area, words, "a wording")
        person.press(page.locator("#inspector button.primary"), "save")
        expect(page.locator("#inspector .said")).not_to_be_empty()
    person.press(page.locator('[data-add="say"]'), "a new step from the palette")
    area = page.locator('#inspector textarea[lang="zh-CN"]').first
    expect(area).to_be_visible()
    person.write(area, "关注店铺领新人券～", "its wording")
    ends = page.locator('#inspector select[name="next"]')
    page.wait_for_timeout(LOOKS)
    ends.select_option(after(page.locator(".card-say").first))
    person.actions.append("choose where it leads")
    person.press(page.locator("#inspector button.primary"), "save")
    expect(page.locator("#inspector .said")).not_to_be_empty()
    person.press(page.locator("[data-canvas=fit]"), "see the whole flow")
    person.press(page.locator(".card-say").first.locator("strong"), "the card before it")
    page.wait_for_timeout(LOOKS)
    page.locator('#inspector select[name="next"]').select_option("say")
    person.actions.append("lead it to the new step")
    person.press(page.locator("#inspector button.primary"), "save")
    expect(page.locator('.wire[data-to="say"]')).to_have_count(1)
    person.press(page.get_by_role("link", name="发布", exact=True), "publish")
    person.write(page.locator('[name="message"]'), "我的第一个流程", "a note")
    person.press(page.locator("#publish-form button.primary"), "publish")
    expect(page.locator("#releases .notice")).to_contain_text("已上线", timeout=30_000)
    took = time.monotonic() - begun
    page.screenshot(path=SHOTS / "newcomer-2-live.png")
    print(f"\n{len(person.actions)} actions in {took:.0f} s:", *person.actions, sep="\n  ")
    assert len(person.actions) <= 40
    assert took < 180
    context.close()
