"""How the canvas behaves towards people: it does what is asked, hides nothing, and says why when it cannot."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

LAID = """([cards]) => new Promise((done) => {
  const worker = new Worker(document.getElementById("canvas").dataset.worker);
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = (event) => done({ failed: event.message });
  worker.postMessage(cards);
})"""
SIZE = 220, 140
# Links that pass behind a card that is neither of their two, as [from, to, card].
BEHIND = """() => {
  const cards = [...document.querySelectorAll("#cards > .card")].map((card) => ({
    key: card.dataset.step, x: Number(card.dataset.x), y: Number(card.dataset.y), w: card.offsetWidth, h: card.offsetHeight }));
  const found = [];
  for (const wire of document.querySelectorAll(".wire")) {
    const { from, to } = wire.dataset, long = wire.getTotalLength();
    const others = cards.filter(({ key }) => key !== from && key !== to);
    for (let at = 0; at < long; at += 15) {
      const { x, y } = wire.getPointAtLength(at);
      const hit = others.find((card) => x > card.x + 5 && x < card.x + card.w - 5 && y > card.y + 5 && y < card.y + card.h - 5);
      if (hit) { found.push([from, to, hit.key]); break; }
    }
  }
  return found;
}"""
ON_WIRE = """() => {
  const wire = document.querySelector(".wire"), { x, y } = wire.getPointAtLength(wire.getTotalLength() / 2);
  const { a, e, f } = wire.getScreenCTM();
  return [x * a + e, y * a + f];
}"""
# What of the card that is chosen lies under something else: its corners, and its ports.
HIDDEN = """() => {
  const card = document.querySelector(".card.selected"), { left, top, right, bottom } = card.getBoundingClientRect();
  const points = [[left + 4, top + 4], [right - 4, top + 4], [left + 4, bottom - 4], [right - 4, bottom - 4]];
  for (const port of card.querySelectorAll(".port")) {
    const box = port.getBoundingClientRect();
    points.push([box.left + box.width / 2, box.top + box.height / 2]);
  }
  const over = points.map(([x, y]) => document.elementFromPoint(x, y)).filter((at) => !at || !card.contains(at));
  return over.map((at) => at?.id || at?.className || "nothing");
}"""


@pytest.fixture
def context(browser: Browser, installation: Installation) -> Iterator[BrowserContext]:
    found = browser.new_context(
        viewport={"width": 1440, "height": 860}, locale="zh-CN", reduced_motion="reduce"
    )
    yield found
    found.close()


def tab(context: BrowserContext, installation: Installation, flow: str) -> Page:
    page = context.new_page()
    fail_on_errors(page)
    if not context.cookies():
        sign_in(page, installation.url)
    open_canvas(page, installation.url, flow)
    return page


def chain(many: int) -> dict[str, list[str]]:
    """One step after the other, with a way back now and then, as "ask again" is."""
    links = {f"s{n}": [f"s{n + 1}"] for n in range(many - 1)} | {f"s{many - 1}": ["s0"]}
    for n in range(100, many, 100):
        links[f"s{n}"].append(f"s{n - 30}")
    return links


def star(many: int) -> dict[str, list[str]]:
    return {"s0": [f"s{n}" for n in range(1, many)]} | {f"s{n}": [] for n in range(1, many)}


@pytest.mark.parametrize("links", [chain(5000), star(2000), chain(450)], ids=len)
def test_a_flow_of_thousands_of_steps_is_tidied_up(
    context: BrowserContext, installation: Installation, links: dict[str, list[str]]
) -> None:
    page = tab(context, installation, "price")
    width, height = SIZE
    cards = [{"key": key, "width": width, "height": height, "to": to} for key, to in links.items()]
    places = page.evaluate(LAID, [cards]).get("places")
    assert places
    assert places.keys() == links.keys()
    # The server takes no place further out.
    assert all(0 <= n < 1e5 - 100 for place in places.values() for n in place)
    assert not overlapping(list(places.values()))
    onward = [
        (key, next_) for key, to in links.items() for next_ in to if int(next_[1:]) > int(key[1:])
    ]
    # A long flow is folded into rows, as a text is into lines: that is where a way on leads back.
    back = sum(places[next_][0] <= places[key][0] for key, next_ in onward)
    assert back < len(onward) / 30


def overlapping(places: list[list[float]]) -> bool:
    """Say whether any two cards lie on each other; looks at what is near in a grid."""
    width, height = SIZE
    cells: dict[tuple[int, int], list[list[float]]] = {}
    for x, y in places:
        column, row = int(x // width), int(y // height)
        for near in [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]:
            for left, top in cells.get(near, []):
                if abs(left - x) < width and abs(top - y) < height:
                    return True
        cells.setdefault((column, row), []).append([x, y])
    return False


def test_when_tidying_up_fails_the_canvas_says_what_to_do(
    context: BrowserContext, installation: Installation
) -> None:
    page = context.new_page()
    sign_in(page, installation.url)
    open_canvas(page, installation.url, "price")
    surface = page.locator("#canvas")
    surface.evaluate("(surface) => { surface.dataset.worker = '/static/canvas/none.js'; }")
    page.locator("[data-canvas=layout]").first.click()
    expect(page.locator("#canvas-notice")).to_be_visible()
    expect(page.locator("#canvas-notice")).to_have_text(page.locator("#canvas-said").inner_text())
    expect(surface).not_to_have_attribute("aria-busy", "true")


def hidden(page: Page) -> list[str]:
    found: list[str] = page.evaluate(HIDDEN)
    return found


def test_what_was_just_added_lies_under_no_panel(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "compensation")
    page.click("#open-try")
    expect(page.locator("#try-log .line").first).to_be_visible()
    for kind in ("ask", "say", "branch", "set", "end"):
        many = page.locator(".card").count()
        page.click(f'[data-add="{kind}"]')
        expect(page.locator(".card")).to_have_count(many + 1)
        expect(page.locator("#inspector")).to_be_visible()
        expect(page.locator("#problems")).to_be_visible()
        # The board is moved in the frame after the panels took their room.
        page.wait_for_timeout(300)
        assert hidden(page) == []
    assert not meet(page, "#arrange:visible", "#try, #inspector, #minimap")
    page.click("#close-try")
    page.click("[data-close-inspector]")


def meet(page: Page, one: str, others: str) -> bool:
    """Say whether a box on the page lies over any of others."""
    a = page.locator(one).bounding_box()
    assert a
    boxes = [other.bounding_box() for other in page.locator(others).all()]
    return any(
        b
        and a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
        for b in boxes
    )


def test_an_empty_note_does_not_stay_and_a_new_one_lies_on_no_card(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "presale")
    edits: list[str] = []
    page.on(
        "request",
        lambda request: edits.append(request.url) if request.url.endswith("/edits") else None,
    )
    note = page.locator(".note")
    known = note.count()
    for leave in ("Escape", "Control+Enter"):
        page.locator("#palette [data-canvas=note]").click()
        expect(page.locator(".note textarea")).to_be_focused()
        assert not meet(page, ".note.writing", ".card:visible, #arrange:visible, #minimap")
        page.keyboard.press(leave)
        expect(note).to_have_count(known)
    assert edits == []
    page.keyboard.press("n")
    page.keyboard.type("双十一前改回来")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#notes .note p").last).to_have_text("双十一前改回来")
    expect(note).to_have_count(known + 1)
    page.keyboard.press("Enter")
    page.locator(".note textarea").fill("  ")
    page.keyboard.press("Control+Enter")
    expect(note).to_have_count(known)
    page.reload()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    expect(note).to_have_count(known)


def test_a_view_that_cannot_be_read_does_not_keep_the_flow_from_opening(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "price")
    for broken in ("{", "[1, 2]", "null", "[0, 0, 0]"):
        page.evaluate("(text) => sessionStorage.setItem('dialoom:view:price', text)", broken)
        page.reload()
        expect(page.locator("#canvas[data-ready]")).to_be_visible()
        expect(page.locator(".card[data-start]")).to_be_in_viewport()
    page.locator("#canvas").hover()
    page.mouse.wheel(0, 90)
    page.wait_for_timeout(400)
    seen = page.evaluate("document.getElementById('viewport').style.transform")
    page.reload()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    page.wait_for_timeout(300)
    assert page.evaluate("document.getElementById('viewport').style.transform") == seen


def test_words_on_a_link_are_written_by_a_click_and_by_keyboard(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "price")
    page.click("[data-canvas=fit]")
    page.wait_for_timeout(300)
    wire = page.locator(".wire").first
    step, port = (wire.get_attribute(f"data-{name}") for name in ("from", "port"))
    x, y = page.evaluate(ON_WIRE)
    page.mouse.click(x, y)
    bar = page.locator(".link-bar")
    expect(bar).to_be_visible()
    bar.locator(".write").click()
    expect(page.locator("input.link-label")).to_be_focused()
    expect(bar).to_be_hidden()
    page.keyboard.type("问了价格")
    page.keyboard.press("Enter")
    expect(page.locator("span.link-label").first).to_have_text("问了价格")
    page.mouse.click(x, y)
    page.keyboard.press("Tab")
    focused = page.locator(".link-bar button:focus")
    for _ in range(60):
        if focused.count():
            break
        page.keyboard.press("Tab")
    expect(focused).to_have_class("write")
    page.keyboard.press("Enter")
    expect(page.locator("input.link-label")).to_have_value("问了价格")
    page.keyboard.press("Escape")
    page.locator(f'#card-{step} .port[data-port="{port}"]').focus()
    page.keyboard.press("t")
    expect(page.locator("input.link-label")).to_have_value("问了价格")
    page.locator("input.link-label").fill("")
    page.keyboard.press("Enter")
    expect(page.locator("span.link-label")).to_have_count(0)
    expect(page.locator(f"#card-{step} .port:focus, #card-{step}:focus")).to_have_count(1)


def test_a_talk_is_kept_and_shared_without_opening_more(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "faq")
    page.click("#open-try")
    expect(page.locator("#try-log .line").first).to_be_visible()
    page.fill("#try-text", "怎么开发票")
    page.keyboard.press("Enter")
    expect(page.locator("#try-log .line.visitor")).to_have_count(1)
    page.fill("#try-name", "问发票")
    page.keyboard.press("Enter")
    expect(page.locator("#try-kept")).to_contain_text("已存为本流程的测试")
    page.get_by_role("button", name="分享试聊链接").click()
    expect(page.locator("#try-kept input")).to_have_value(re.compile("/share/"))


def test_links_go_around_cards_they_have_nothing_to_do_with(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "welcome")
    page.click("[data-canvas=fit]")
    page.wait_for_timeout(300)
    assert page.evaluate(BEHIND) == []
    # A card that is put onto a link is given way to, when it rests.
    page.evaluate(
        """async () => {
          const { parts } = await import(document.querySelector('script[src*="canvas/main.js"]').src);
          const { cards, links } = parts, link = [...links.all.values()].find(({ curves }) => curves.length === 3);
          const card = [...cards.all.values()].find(({ key }) => key !== link.from && key !== link.to);
          const [x, y] = link.curves[1][1];
          card.element.dataset.x = Math.round(x - 110);
          card.element.dataset.y = Math.round(y - 30);
          cards.takeFromPage(card);
          links.moved([card.key]);
        }"""
    )
    page.wait_for_timeout(600)
    assert len(page.evaluate(BEHIND)) <= 1


def test_words_that_are_cut_off_say_themselves_in_full(
    context: BrowserContext, installation: Installation
) -> None:
    page = tab(context, installation, "welcome")
    label = page.locator(".card-ports span", has_text="本次会话").first
    label.hover()
    expect(label).to_have_attribute("title", label.inner_text())


@pytest.mark.parametrize("width", [1440, 390])
def test_a_long_notice_moves_nothing_and_goes_by_itself(
    context: BrowserContext, installation: Installation, width: int
) -> None:
    page = tab(context, installation, "order_status")
    page.set_viewport_size({"width": width, "height": 844})
    before = page.locator(".bar").bounding_box(), page.locator("#canvas").bounding_box()
    said = page.locator("#state .said")
    said.evaluate(
        "(said) => { said.textContent = '这个步骤刚刚被别人改过，你的修改没有保存。'.repeat(6); said.classList.add('failed'); }"
    )
    expect(said).to_be_in_viewport(ratio=1)
    assert before == (page.locator(".bar").bounding_box(), page.locator("#canvas").bounding_box())
    page.screenshot(path=SHOTS / f"notice-{width}.png")
    seconds = said.evaluate("(said) => parseFloat(getComputedStyle(said).animationDuration)")
    assert 0 < seconds <= 15
