"""From an empty flow to a talk with a person, by keyboard alone: no pointer is used anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.installation import PASSWORD, Installation

ACTIVE = """() => {
    const at = document.activeElement;
    return at?.shadowRoot?.activeElement ?? at;
}"""
LOOK = """(at) => {
    if (!at || at === document.body) return {name: "", seen: true};
    // A field that draws nothing itself is drawn by its label.
    const shown = getComputedStyle(at).opacity === "0" ? at.closest("label") ?? at : at;
    const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
    const words = at.getAttribute("aria-label") || at.innerText || at.name || "";
    const name = at.tagName.toLowerCase() + (at.id && `#${at.id}`) + (at.className && `.${at.className}`);
    return {name: `${name} “${words.trim().slice(0, 40)}”`, seen: ring && inside && box.width > 1};
}"""
IS = "(at, selector) => Boolean(at?.matches?.(selector))"
PLACE = """([from, to]) => [from, to].map((key) => {
    const box = document.getElementById(`card-${key}`).getBoundingClientRect();
    return [box.left, box.top + box.height / 2];
})"""


@dataclass
class Hands:
    """A person at one page who has no pointer; remembers where the focus could not be seen."""

    page: Page
    unseen: set[str] = field(default_factory=set)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def is_at(self, selector: str) -> bool:
        return bool(self.page.evaluate_handle(ACTIVE).evaluate(IS, selector))

    def at(self) -> str:
        """Say where the focus is, and note it where it cannot be seen."""
        found = self.page.evaluate_handle(ACTIVE).evaluate(LOOK)
        if not found["seen"]:
            self.unseen.add(str(found["name"]))
        return str(found["name"])

    def keeps_focus(self, selector: str) -> None:
        """Wait until the focus is there, and can be seen, without a key being pressed."""
        for _ in range(40):
            at = self.page.evaluate_handle(ACTIVE)
            # A new card comes into sight a frame after it got the focus.
            if at.evaluate(IS, selector) and at.evaluate(LOOK)["seen"]:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the focus should be seen at {selector}, and is at {self.at()}")

    def tab_to(self, selector: str, back: bool = False, most: int = 80) -> None:
        """Press Tab until the focus is there."""
        passed = []
        for _ in range(most):
            self.press("Shift+Tab" if back else "Tab")
            passed.append(self.at())
            if self.is_at(selector):
                return
        raise AssertionError(f"Tab never comes to {selector}; it passed " + ", ".join(passed))

    def follow(self, path: str, back: bool = False) -> None:
        """Go to a link, follow it, and wait for where it leads."""
        self.tab_to(f'a[href="{path}"]', back)
        with self.page.expect_navigation(wait_until="load"):
            self.press("Enter")

    def command(self, words: str) -> None:
        """Do a command of the palette by its name."""
        self.press("Control+k")
        self.keeps_focus("#command")
        self.type(f"{words}\n")
        expect(self.page.locator("#commands")).not_to_be_visible()

    def walk_to(self, key: str) -> None:
        """Go from card to card with the arrow keys."""
        for _ in range(12):
            if self.is_at(f"#card-{key}"):
                self.keeps_focus(f"#card-{key}")
                return
            here = self.page.evaluate("document.activeElement.closest('.card').dataset.step")
            (x, y), (to_x, to_y) = self.page.evaluate(PLACE, [here, key])
            across = "ArrowRight" if to_x > x else "ArrowLeft"
            down = "ArrowDown" if to_y > y else "ArrowUp"
            first, second = (across, down) if abs(to_x - x) > abs(to_y - y) else (down, across)
            self.press(first)
            if self.is_at(f"#card-{here}"):
                self.press(second)
        raise AssertionError(f"the arrow keys never come to {key}; they stand at {self.at()}")


@pytest.fixture
def hands(browser: Browser) -> Iterator[list[Hands]]:
    """Two people: an operator in the designer, a visitor in the shop."""
    contexts = [
        browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        for _ in range(2)
    ]
    yield [Hands(context.new_page()) for context in contexts]
    for context in contexts:
        context.close()


def test_everything_can_be_done_by_keyboard(installation: Installation, hands: list[Hands]) -> None:
    operator, visitor = hands
    sign_in(operator, installation.url)
    draw_five_steps(operator)
    link_them(operator)
    go_back_and_forth(operator)
    try_it(operator)
    publish(operator)
    take_the_offer(visitor, installation.url)
    ask_for_a_person(visitor)
    answer(operator, visitor.page.evaluate("Dialoom.visitor"))
    expect(visitor.page.locator("dialoom-widget .log")).to_contain_text("我是小林")
    assert operator.unseen | visitor.unseen == set()


def sign_in(hands: Hands, url: str) -> None:
    hands.page.goto(url)
    hands.keeps_focus("[name=email]")
    hands.type("admin@dialoom.local")
    hands.tab_to("[name=password]")
    hands.type(f"{PASSWORD}\n")
    expect(hands.page.locator("#flows h1")).to_be_visible()
    hands.tab_to("#new-flow")
    hands.type("键盘回访\n")
    expect(hands.page.locator("#canvas[data-ready]")).to_be_visible()


def draw_five_steps(hands: Hands) -> None:
    page = hands.page
    hands.tab_to('[data-add="say"]')
    hands.press("Enter")
    opened(hands, "say")
    write(hands, "您好，耽误您一分钟～")
    hands.command("提问收集")
    opened(hands, "ask")
    write(hands, "这次购物还满意吗？")
    for words in ("满意", "不满意"):
        hands.tab_to('[data-rows="choices"] [data-add-row]')
        hands.press("Enter")
        hands.keeps_focus('[data-rows="choices"] [name$="text.zh-CN"]')
        hands.type(words)
        hands.tab_to('[data-rows="choices"] [name$="text.en"]')
        hands.type(f"({words})")
    save(hands)
    expect(page.locator("#card-ask .port")).to_have_count(3)
    hands.command("发送话术")
    opened(hands, "say_2")
    write(hands, "谢谢您，下次再来！")
    hands.command("转人工")
    opened(hands, "handover")
    hands.tab_to('[data-add="end"]', back=True)
    hands.press("Enter")
    opened(hands, "end")
    hands.tab_to("[data-close-inspector]")
    hands.press("Enter")
    hands.keeps_focus("#card-end")
    hands.command("整理")
    page.wait_for_timeout(600)


def opened(hands: Hands, key: str) -> None:
    expect(hands.page.locator(f'#inspector form[hx-put$="/steps/{key}"]')).to_be_visible()
    hands.keeps_focus(f"#card-{key}")


def write(hands: Hands, words: str) -> None:
    hands.tab_to('#inspector textarea[lang="zh-CN"]')
    hands.type(words)
    hands.tab_to('#inspector textarea[lang="en"]')
    hands.type(f"({words})")
    save(hands)
    # Saving redraws the card and the form; whoever goes on writing must still be there.
    hands.keeps_focus("#inspector textarea[lang=en]")


def save(hands: Hands) -> None:
    with hands.page.expect_response(lambda answer: answer.request.method == "PUT") as answered:
        hands.press("Control+s")
    assert answered.value.status == 200
    expect(hands.page.locator("#inspector .said")).not_to_be_empty()


def link_them(hands: Hands) -> None:
    links = [
        ("say", "next", "ask"),
        ("ask", "choices.0", "say_2"),
        ("ask", "choices.1", "handover"),
    ]
    links += [
        ("ask", "otherwise", "handover"),
        ("say_2", "next", "end"),
        ("handover", "next", "end"),
    ]
    hands.keeps_focus(".card")
    for start, port, end in links:
        hands.walk_to(start)
        hands.press("l")
        hands.walk_to(end)
        hands.press("Enter")
        wire = f'.wire[data-from="{start}"][data-port="{port}"][data-to="{end}"]'
        expect(hands.page.locator(wire)).to_have_count(1)
    expect(hands.page.locator("#problems li.error")).to_have_count(0)


def go_back_and_forth(hands: Hands) -> None:
    last = hands.page.locator('.wire[data-from="handover"][data-to="end"]')
    hands.press("l", "Escape")
    hands.keeps_focus(".card")
    hands.press("Control+z")
    expect(last).to_have_count(0)
    hands.press("Control+y")
    expect(last).to_have_count(1)
    hands.keeps_focus(".card")


def try_it(hands: Hands) -> None:
    log = hands.page.locator("#try-log")
    hands.tab_to("#open-try", back=True)
    hands.press("Enter")
    hands.keeps_focus("#try-text")
    expect(log).to_contain_text("还满意吗")
    # No hand is as quick as this one: what was just drawn listens a moment later.
    hands.page.wait_for_timeout(200)
    hands.tab_to("#try-log .quick button", back=True)
    hands.press("Enter")
    expect(log).to_contain_text("人工客服")
    hands.tab_to("#restart-try", back=True)
    hands.press("Enter")
    expect(log.locator(".line.visitor")).to_have_count(0)
    hands.keeps_focus("#restart-try")
    hands.tab_to("#try-text")
    hands.type("满意\n")
    expect(log).to_contain_text("下次再来")
    hands.keeps_focus("#try-text")
    hands.press("Escape")
    hands.keeps_focus("#open-try")


def publish(hands: Hands) -> None:
    hands.follow("/releases/", back=True)
    hands.tab_to("#releases [name=message]")
    hands.type("只用键盘")
    hands.tab_to("#releases button.primary")
    hands.press("Enter")
    expect(hands.page.locator("#releases .notice")).to_be_visible(timeout=30_000)
    expect(hands.page.locator("#releases .timeline li").first).to_contain_text("只用键盘")


def take_the_offer(hands: Hands, url: str) -> None:
    hands.page.goto(f"{url}/demo/")
    hands.follow("/demo/iphone15pro/")
    expect(hands.page.locator("dialoom-widget .teaser")).to_be_visible(timeout=15_000)
    hands.tab_to("button.words")
    hands.press("Enter")
    hands.keeps_focus("textarea")
    expect(hands.page.locator("dialoom-widget .card .amount")).to_have_text("¥100")


def ask_for_a_person(hands: Hands) -> None:
    log = hands.page.locator("dialoom-widget .log")
    hands.type("可以开发票吗？\n")
    expect(log).to_contain_text("申请开票")
    hands.tab_to("button.human", back=True)
    hands.press("Enter")
    expect(hands.page.locator("dialoom-widget .who")).to_contain_text("正在")
    hands.keeps_focus("button.human")


def answer(hands: Hands, visitor: str) -> None:
    hands.follow("/inbox/", back=True)
    hands.tab_to(f"#waiting-{visitor}")
    # The list is fetched anew every two seconds; the focus has to stay in it.
    hands.page.wait_for_timeout(3000)
    hands.keeps_focus(f"#waiting-{visitor}")
    with hands.page.expect_navigation(wait_until="load"):
        hands.press("Enter")
    hands.keeps_focus("#reply")
    expect(hands.page.locator("#lines")).to_contain_text("开发票")
    hands.type("您好，我是小林，可以开的。")
    hands.tab_to(".reply button.primary")
    hands.press("Enter")
    hands.keeps_focus("#reply")
