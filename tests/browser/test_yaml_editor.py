"""The YAML editor: over the field of its form, marked by the server, and nothing typed is lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, sign_in
from tests.installation import PASSWORD, Installation

FIELD = "textarea[data-yaml]"
CONTENT = "#yaml .cm-content"
LINE = "#yaml .cm-lineNumbers .cm-activeLineGutter"
PROBLEMS = "#yaml-problems li"


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = found.new_page()
    sign_in(page, installation.url)
    page.close()
    yield found
    found.close()


def open_file(context: BrowserContext, installation: Installation, flow: str) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    page.goto(f"{installation.url}/yaml/flows/{flow}.yaml")
    expect(page.locator(CONTENT)).to_be_visible()
    return page


def write(page: Page, words: str) -> None:
    """Write a line at the end of the text."""
    page.locator(CONTENT).click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(f"\n{words}")


def text(page: Page) -> str:
    return page.locator(FIELD).input_value()


def test_what_is_typed_is_in_the_field_and_saved_from_the_keyboard(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "price")
    write(page, "# 双十一前再看一遍")
    assert text(page).endswith("# 双十一前再看一遍")
    page.keyboard.press("Control+s")
    expect(page.locator("#yaml .notice")).to_be_visible()
    # The form is drawn anew; whoever wrote goes on where they were.
    expect(page.locator(CONTENT)).to_be_focused()
    page.keyboard.insert_text("！")
    assert text(page).endswith("# 双十一前再看一遍！")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert "双十一" not in text(page)
    page.reload()
    assert text(page).endswith("# 双十一前再看一遍")


def test_problems_appear_while_one_types_and_a_press_leads_to_the_line(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "faq")
    saved = text(page)
    expect(page.locator(PROBLEMS)).to_have_count(0)
    page.locator(FIELD).fill(saved + "\nlabels: [\n")
    expect(page.locator(PROBLEMS)).to_have_count(1)
    expect(page.locator(PROBLEMS)).to_contain_text("括号")
    line = len(saved.split("\n")) + 1
    jump = page.locator("#yaml-problems [data-line]")
    expect(jump).to_have_text(f"{line}:9")
    page.locator(CONTENT).press("Control+Home")
    expect(page.locator(LINE)).to_have_text("1")
    jump.click()
    expect(page.locator(CONTENT)).to_be_focused()
    expect(page.locator(LINE)).to_have_text(str(line))
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    page.screenshot(path=SHOTS / "yaml-problem.png")
    page.keyboard.press("Control+z")
    expect(page.locator(PROBLEMS)).to_have_count(0)
    expect(page.locator(".cm-lint-marker-error")).to_have_count(0)
    page.reload()
    assert text(page) == saved


def test_escape_then_tab_leaves_the_text(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "faq")
    page.locator(CONTENT).click()
    page.keyboard.press("Control+End")
    before = text(page)
    page.keyboard.press("Tab")
    expect(page.locator(CONTENT)).to_be_focused()
    assert text(page) != before
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#yaml button.primary")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(CONTENT)).to_be_focused()


def test_the_editor_speaks_the_language_of_the_screen(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "faq")
    expect(page.get_by_role("textbox", name="文本")).to_be_visible()
    page.locator(CONTENT).click()
    page.keyboard.press("Control+f")
    panel = page.locator(".cm-search")
    expect(panel.get_by_role("button", name="下一个")).to_be_visible()
    expect(panel.get_by_label("区分大小写")).to_be_visible()
    page.keyboard.type("steps:")
    expect(page.locator(".cm-searchMatch")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)


def test_a_session_that_ends_while_one_types_loses_nothing(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "presale")
    write(page, "# 写到一半，登录过期")
    context.clear_cookies(name="dialoom")
    page.click("#yaml button.primary")
    dialog = page.locator("#sign-in-again")
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.locator("button.primary").click()
    expect(page.locator("#yaml .notice")).to_be_visible()
    page.reload()
    assert text(page).endswith("# 写到一半，登录过期")


def test_a_refusal_that_comes_after_signing_in_again_asks_nothing(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "presale")
    write(page, "# 保存得太慢")
    context.clear_cookies(name="dialoom")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/yaml/flows/presale.yaml", hold, times=1)
    page.click("#yaml button.primary")
    page.evaluate("htmx.ajax('GET', '/session', {swap: 'none'})")  # Refused at once: who are you?
    dialog = page.locator("#sign-in-again")
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.locator("button.primary").click()
    expect(dialog).to_be_hidden()
    held[0].fulfill(status=401)
    expect(page.locator("#yaml .notice")).to_be_visible()
    expect(dialog).to_be_hidden()
    page.reload()
    assert text(page).endswith("# 保存得太慢")


def test_two_who_write_the_same_choose(context: BrowserContext, installation: Installation) -> None:
    mine, theirs = (open_file(context, installation, "order_status") for _ in range(2))
    flow = text(mine).split("title: ")[1].split("\n")[0]
    for page, words in ((theirs, "对方的名字"), (mine, "我的名字")):
        page.locator(FIELD).fill(text(page).replace(flow, words, 1))
        page.click("#yaml button.primary")
    conflict = mine.locator("#yaml .conflict")
    expect(conflict).to_contain_text("对方的名字")
    assert "我的名字" in text(mine)
    mine.locator("[data-keep-mine]").click()
    expect(mine.locator("#yaml .notice")).to_be_visible()
    theirs.reload()
    assert "title: 我的名字" in text(theirs)


def test_what_is_typed_while_it_is_saved_stays(
    context: BrowserContext, installation: Installation
) -> None:
    page = open_file(context, installation, "returns")
    address = f"**{page.locator('#yaml form').get_attribute('hx-put')}"
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(address, hold)
    write(page, "# 先保存的")
    with page.expect_request(lambda request: request.method == "PUT"):
        page.keyboard.press("Control+s")
    page.keyboard.insert_text("，又接着写")
    held[0].continue_()
    page.unroute(address)
    expect(page.locator("#yaml .notice")).to_be_visible()
    assert text(page).endswith("# 先保存的，又接着写")
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answered:
        page.click("#yaml button.primary")
    assert answered.value.status == 200
    page.reload()
    assert text(page).endswith("# 先保存的，又接着写")


def test_without_the_editor_the_field_is_a_field(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    page.route("**/vendor/codemirror.min.js*", lambda route: route.abort())
    page.goto(f"{installation.url}/yaml/flows/welcome.yaml")
    before = page.locator(FIELD).input_value()
    page.get_by_label("文本").fill(before + "# 没有编辑器\n")
    page.click("#yaml button.primary")
    expect(page.locator("#yaml .notice")).to_be_visible()
    page.reload()
    assert "# 没有编辑器" in text(page)
