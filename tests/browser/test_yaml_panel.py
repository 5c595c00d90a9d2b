"""The YAML of a flow beside its drawing: one draft, whichever side it is changed on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

FIELD = "#yaml-panel textarea[data-yaml]"
CONTENT = "#yaml-panel .cm-content"
SAVE = "#yaml-panel button.primary"
FLOW = """\
flow: {name}
start: hello
steps:
  hello: {{say: greet, title: 甲步骤, next: more}}
  more:
    say: bye
    title: 乙步骤
    next: done
  done: {{end: {{}}}}
layout:
  hello: [0, 0]
  more: [300, 0]
  done: [600, 0]
"""


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = found.new_page()
    sign_in(page, installation.url)
    page.close()
    yield found
    found.close()


def drawn(context: BrowserContext, installation: Installation, name: str) -> Page:
    """Make a flow of three steps and open its canvas."""
    page = context.new_page()
    fail_on_errors(page)
    page.goto(f"{installation.url}/flows/")
    page.fill("#new-flow", name)
    page.locator("#flows form button").first.click()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    page.goto(f"{installation.url}/yaml/flows/{name}.yaml")
    page.locator("textarea[data-yaml]").fill(FLOW.format(name=name))
    page.click("#yaml button.primary")
    expect(page.locator("#yaml .notice")).to_be_visible()
    open_canvas(page, installation.url, name)
    return page


def open_panel(page: Page) -> None:
    page.click("#open-yaml")
    expect(page.locator(CONTENT)).to_be_focused()


def replace(page: Page, old: str, new: str) -> None:
    page.locator(FIELD).fill(page.locator(FIELD).input_value().replace(old, new))


def test_the_canvas_fetches_no_editor_before_it_is_asked_for(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_canvas(page, installation.url, "faq")
    page.wait_for_load_state("load")
    assert not [url for url in asked if "codemirror" in url or "yaml_editor" in url]
    open_panel(page)
    assert [url for url in asked if "codemirror" in url]


def test_what_is_saved_in_the_panel_is_drawn_and_undone_on_the_canvas(
    context: BrowserContext, installation: Installation
) -> None:
    page = drawn(context, installation, "panel_saves")
    open_panel(page)
    replace(page, "乙步骤", "改过的步骤")
    page.click(SAVE)
    expect(page.locator("#card-more")).to_contain_text("改过的步骤")
    page.screenshot(path=SHOTS / "yaml-panel.png")
    page.click("#undo")
    expect(page.locator("#card-more")).to_contain_text("乙步骤")
    expect(page.locator(FIELD)).to_have_value(FLOW.format(name="panel_saves"))


def test_a_chosen_card_is_shown_in_the_text(
    context: BrowserContext, installation: Installation
) -> None:
    page = drawn(context, installation, "panel_chooses")
    open_panel(page)
    page.locator("#card-more .card-head strong").click()
    expect(page.locator("#yaml-panel .cm-activeLine")).to_have_text("  more:")
    expect(page.locator("#inspector form")).to_be_visible()
    page.click("[data-canvas=fit]")
    page.locator("#card-done .card-head strong").click()
    expect(page.locator("#yaml-panel .cm-activeLine")).to_have_text("  done: {end: {}}")


def test_a_broken_text_is_kept_and_the_last_good_drawing_stays(
    context: BrowserContext, installation: Installation
) -> None:
    page = drawn(context, installation, "panel_breaks")
    open_panel(page)
    broken = FLOW.format(name="panel_breaks") + "notes: ["
    page.locator(FIELD).fill(broken)
    page.click(SAVE)
    expect(page.locator("#state")).to_contain_text("最后一次正确的画面")
    expect(page.locator("#yaml-panel #yaml-problems li")).to_contain_text("括号")
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator(FIELD)).to_have_value(broken)
    page.click("[data-close-yaml]")
    page.locator("#state a.danger").first.click()
    expect(page.locator(CONTENT)).to_be_visible()
    expect(page.locator(FIELD)).to_have_value(broken)


def test_half_written_text_waits_and_is_merged_with_the_drawing(
    context: BrowserContext, installation: Installation
) -> None:
    page = drawn(context, installation, "panel_merges")
    open_panel(page)
    replace(page, "甲步骤", "写到一半")
    page.locator("#palette [data-add=end]").click()
    expect(page.locator("#card-end")).to_be_visible()
    page.locator("#inspector [data-close-inspector]").click()
    assert "写到一半" in page.locator(FIELD).input_value()
    assert "  end:" not in page.locator(FIELD).input_value()
    page.click(SAVE)
    expect(page.locator("#card-hello")).to_contain_text("写到一半")
    text = page.locator(FIELD).input_value()
    assert "写到一半" in text
    assert "  end:" in text


def test_what_the_canvas_changes_comes_into_the_text(
    context: BrowserContext, installation: Installation
) -> None:
    page = drawn(context, installation, "panel_follows")
    open_panel(page)
    page.locator("#palette [data-add=say]").click()
    expect(page.locator("#card-say")).to_be_visible()
    expect(page.locator(CONTENT)).to_contain_text("  say:")


def test_a_conflict_is_shown_in_the_form_it_belongs_to(
    context: BrowserContext, installation: Installation
) -> None:
    page = drawn(context, installation, "panel_argues")
    other = context.new_page()
    open_canvas(other, installation.url, "panel_argues")
    for tab in (page, other):
        open_panel(tab)
        tab.locator("#card-more .card-head strong").click()
        expect(tab.locator("#inspector form")).to_be_visible()
    replace(page, "乙步骤", "我的名字")
    page.locator('#inspector [name="title.zh-CN"]').fill("另一个名字")
    replace(other, "乙步骤", "对方的名字")
    other.click(SAVE)
    expect(other.locator("#card-more")).to_contain_text("对方的名字")
    page.click(SAVE)
    expect(page.locator("#yaml-panel .conflict")).to_contain_text("对方的名字")
    page.click("#inspector button.primary")
    expect(page.locator("#inspector .conflict")).to_contain_text("对方的名字")
    page.locator("#yaml-panel [data-take-theirs]").click()
    expect(page.locator("#yaml-panel .conflict")).to_have_count(0)
    expect(page.locator(FIELD)).to_have_value(
        FLOW.format(name="panel_argues").replace("乙步骤", "对方的名字")
    )


def test_where_there_is_no_room_the_yaml_has_its_own_page(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    open_canvas(page, installation.url, "faq")
    page.click("#open-yaml")
    page.wait_for_url("**/yaml/flows/faq.yaml")
