"""Rough going: a session that ends, two people in one step, rubbish on the clipboard, broken YAML."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import PASSWORD, Installation

AREA = '#inspector textarea[lang="zh-CN"]'


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1440, "height": 860}, locale="zh-CN")
    found.grant_permissions(["clipboard-read", "clipboard-write"], origin=installation.url)
    yield found
    found.close()


def tab(context: BrowserContext, installation: Installation, flow: str) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    if not context.cookies():
        sign_in(page, installation.url)
    open_canvas(page, installation.url, flow)
    return page


def open_step(page: Page, step: str) -> None:
    page.locator(f"#card-{step} .card-head strong").click()
    expect(page.locator(f'#inspector form[hx-put$="/steps/{step}"]')).to_be_visible()


def first_say(page: Page) -> str:
    key = page.locator(".card-say").first.get_attribute("data-step")
    assert key
    return key


def test_a_session_that_ends_in_the_middle_loses_nothing(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "price")
    step = first_say(page)
    open_step(page, step)
    page.locator(AREA).first.fill("登录过期也不丢的一句话")
    context.clear_cookies(name="dialoom")
    page.click("#inspector button.primary")
    dialog = page.locator("#sign-in-again")
    expect(dialog).to_be_visible()
    page.screenshot(path=SHOTS / "session-over.png")
    dialog.locator("[name=password]").fill("wrong")
    dialog.locator("button.primary").click()
    expect(dialog.locator("[role=alert]")).to_be_visible()
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.locator("button.primary").click()
    expect(dialog).to_be_hidden()
    expect(page.locator(f"#card-{step}")).to_contain_text("登录过期也不丢的一句话")
    page.reload()
    expect(page.locator(f"#card-{step}")).to_contain_text("登录过期也不丢的一句话")


def test_two_people_in_one_step_choose_and_lose_nothing(
    context: BrowserContext, installation: Installation
) -> None:
    mine, theirs = (tab(context, installation, "returns") for _ in range(2))
    step = first_say(mine)
    for page, words in ((mine, "我写的话术"), (theirs, "对方写的话术")):
        open_step(page, step)
        page.locator(AREA).first.fill(words)
    theirs.click("#inspector button.primary")
    expect(theirs.locator(f"#card-{step}")).to_contain_text("对方写的话术")
    mine.click("#inspector button.primary")
    conflict = mine.locator("#inspector .conflict")
    expect(conflict).to_contain_text("我写的话术")
    expect(conflict).to_contain_text("对方写的话术")
    expect(mine.locator(AREA).first).to_have_value("我写的话术")
    mine.screenshot(path=SHOTS / "three-way.png")
    mine.locator("[data-keep-mine]").click()
    expect(mine.locator(f"#card-{step}")).to_contain_text("我写的话术")
    expect(theirs.locator(f"#card-{step}")).to_contain_text("我写的话术")
    expect(mine.locator("#presence li")).to_have_count(1)


def test_steps_travel_between_tabs_over_the_clipboard(
    context: BrowserContext, installation: Installation
) -> None:
    start, end = tab(context, installation, "faq"), tab(context, installation, "price")
    many = end.locator(".card").count()
    start.locator(".card-say").first.focus()
    start.keyboard.press("Enter")
    start.keyboard.press("Escape")
    start.locator(".card-say").first.focus()
    start.keyboard.press("Control+c")
    end.locator("#canvas").focus()
    end.keyboard.press("Control+v")
    expect(end.locator(".card")).to_have_count(many + 1)
    end.evaluate("navigator.clipboard.writeText('只是一段普通的文字')")
    end.keyboard.press("Control+v")
    expect(end.locator("#canvas-notice")).to_contain_text("剪贴板里没有流程步骤")
    end.evaluate("navigator.clipboard.writeText('dialoom: clipping\\nsteps: [')")
    end.keyboard.press("Control+v")
    expect(end.locator("#state .said.failed")).to_contain_text("剪贴板")
    expect(end.locator(".card")).to_have_count(many + 1)
    end.keyboard.press("Control+z")
    expect(end.locator(".card")).to_have_count(many)


def test_a_flow_broken_in_the_yaml_keeps_its_drawing_and_its_text(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "order_status")
    many = page.locator(".card").count()
    page.goto(f"{installation.url}/yaml/flows/order_status.yaml")
    good = page.locator("textarea.code").input_value()
    page.locator("textarea.code").fill(good + "\nsteps: [")
    page.click("#yaml button.primary")
    expect(page.locator("#yaml .problem-list")).to_be_visible()
    open_canvas(page, installation.url, "order_status")
    expect(page.locator(".card")).to_have_count(many)
    expect(page.locator("#state")).to_contain_text("最后一次正确的画面")
    page.screenshot(path=SHOTS / "broken-yaml.png")
    page.goto(f"{installation.url}/yaml/flows/order_status.yaml")
    expect(page.locator("textarea.code")).to_have_value(good + "\nsteps: [")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("textarea.code")).to_have_value(good)


def test_a_note_and_words_on_a_link_are_written_on_the_canvas(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "handover")
    page.locator("#canvas").focus()
    page.keyboard.press("n")
    expect(page.locator(".note textarea")).to_be_focused()
    page.keyboard.type("双十一前检查话术")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note p")).to_have_text("双十一前检查话术")
    page.keyboard.press("Control+k")
    page.keyboard.type("撤销")
    page.keyboard.press("Enter")
    expect(page.locator(".note")).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(page.locator(".note p")).to_have_text("双十一前检查话术")
    page.reload()
    expect(page.locator(".note")).to_have_count(1)
