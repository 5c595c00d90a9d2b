"""From an empty flow to an order, in one unbroken journey; a picture of each stage is kept."""

import re
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SHOTS
from tests.installation import PASSWORD, Installation

expect.set_options(timeout=10_000)


@dataclass
class Journey:
    """Two people: an operator in the designer, a visitor in the shop."""

    url: str
    operator: Page
    visitor: Page
    stage: int = 0

    def shoot(self, page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.stage += 1
        page.screenshot(path=SHOTS / f"journey-{self.stage:02d}-{name}.png")


def test_from_an_empty_flow_to_an_order(installation: Installation, browser: Browser) -> None:
    contexts = [
        browser.new_context(viewport={"width": 1440, "height": 860}, locale="zh-CN")
        for _ in range(2)
    ]
    journey = Journey(installation.url, *(context.new_page() for context in contexts))
    for page in (journey.operator, journey.visitor):
        page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(error)))
    sign_in(journey)
    draw_five_steps(journey)
    mend_a_problem(journey)
    try_it(journey)
    publish(journey, "售后回访流程")
    get_an_offer(journey)
    be_understood(journey)
    talk_to_a_person(journey)
    buy(journey)
    see_what_was_earned(journey)
    publish_while_the_chat_is_open(journey)
    for context in contexts:
        context.close()


def sign_in(journey: Journey) -> None:
    page = journey.operator
    page.goto(journey.url)
    page.fill("[name=email]", "admin@dialoom.local")
    page.fill("[name=password]", PASSWORD)
    journey.shoot(page, "sign-in")
    page.click("main button.primary")
    expect(page.locator("#flows h1")).to_be_visible()
    journey.shoot(page, "flows")


def draw_five_steps(journey: Journey) -> None:
    page = journey.operator
    page.fill("#new-flow", "followup")
    page.click("#flows form button")
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    add(page, "say", "您好，感谢您的支持～")
    add(page, "ask", "收到货之后用得还满意吗？")
    page.click('[data-rows="choices"] [data-add-row]')
    page.fill('[name="choices.0.text.zh-CN"]', "很满意")
    page.fill('[name="choices.0.text.en"]', "Very")
    page.click('[data-rows="choices"] [data-add-row]')
    page.fill('[name="choices.1.text.zh-CN"]', "不太满意")
    page.fill('[name="choices.1.text.en"]', "Not really")
    save(page)
    add(page, "say", "太好了，期待您再次光临！")
    add(page, "handover")
    add(page, "end")
    page.click("[data-close-inspector]")
    page.click("[data-canvas=layout]")
    page.wait_for_timeout(600)
    drag_link(page, "say", "next", "ask")
    drag_link(page, "ask", "choices.0", "say_2")
    drag_link(page, "ask", "choices.1", "handover")
    drag_link(page, "ask", "otherwise", "handover")
    link_by_keyboard(page, "handover", "next", "end")
    page.click("[data-canvas=layout]")
    page.wait_for_timeout(600)
    journey.shoot(page, "drawn")


def add(page: Page, kind: str, words: str = "") -> None:
    known = page.locator(".card").count()
    page.click(f'[data-add="{kind}"]')
    expect(page.locator(".card")).to_have_count(known + 1)
    key = page.locator(".card").last.get_attribute("data-step")
    expect(page.locator(f'#inspector form[hx-put$="/steps/{key}"]')).to_be_visible()
    if words:
        page.locator('#inspector textarea[lang="zh-CN"]').first.fill(words)
        page.locator('#inspector textarea[lang="en"]').first.fill(f"({words})")
        save(page)


def save(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "PUT") as answered:
        page.click("#inspector button.primary")
    assert answered.value.status == 200
    expect(page.locator("#inspector .said")).not_to_be_empty()


def drag_link(page: Page, step: str, port: str, to: str) -> None:
    expect(page.locator(f"#card-{step}")).to_be_visible()
    expect(page.locator(f"#card-{to}")).to_be_visible()
    start = page.locator(f'#card-{step} .port[data-port="{port}"]').bounding_box()
    end = page.locator(f"#card-{to}").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 60, end["y"] + 30, steps=8)
    # The line is drawn at once; the card is drawn anew when the server has answered.
    with page.expect_response(lambda answer: answer.url.endswith("/edits")):
        page.mouse.up()
    page.wait_for_timeout(150)
    wire = f'.wire[data-from="{step}"][data-port="{port}"][data-to="{to}"]'
    expect(page.locator(wire)).to_have_count(1)


def link_by_keyboard(page: Page, step: str, port: str, to: str) -> None:
    page.locator(f'#card-{step} .port[data-port="{port}"]').focus()
    page.keyboard.press("Enter")
    page.locator(f"#card-{to}").focus()
    page.keyboard.press("Enter")
    wire = f'.wire[data-from="{step}"][data-port="{port}"][data-to="{to}"]'
    expect(page.locator(wire)).to_have_count(1)


def mend_a_problem(journey: Journey) -> None:
    page = journey.operator
    expect(page.locator("#card-say_2 .card-problem")).to_be_visible()
    expect(page.locator("#problems")).to_contain_text("太好了，期待您再次光临")
    journey.shoot(page, "problem-at-its-card")
    drag_link(page, "say_2", "next", "end")
    expect(page.locator("#card-say_2 .card-problem")).to_have_count(0)
    expect(page.locator("#problems li.error")).to_have_count(0)
    page.click("#undo")
    expect(page.locator("#card-say_2 .card-problem")).to_be_visible()
    page.click("#redo")
    expect(page.locator("#card-say_2 .card-problem")).to_have_count(0)
    page.reload()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    expect(page.locator(".card")).to_have_count(5)


def try_it(journey: Journey) -> None:
    page = journey.operator
    page.click("#open-try")
    expect(page.locator("#try-log")).to_contain_text("用得还满意吗")
    expect(page.locator("#card-ask.lit-now")).to_be_visible()
    page.locator("#try-log .quick button").first.click()
    expect(page.locator("#try-log")).to_contain_text("期待您再次光临")
    expect(page.locator("#card-end.lit-now")).to_have_count(1)
    journey.shoot(page, "try-chat")
    page.click("#close-try")


def publish(journey: Journey, message: str) -> None:
    page = journey.operator
    page.goto(f"{journey.url}/releases/")
    page.fill("[name=message]", message)
    journey.shoot(page, "what-would-change")
    page.click("#releases button.primary")
    expect(page.locator("#releases .notice")).to_be_visible(timeout=30_000)
    expect(page.locator("#releases .timeline li").first).to_contain_text(message)
    journey.shoot(page, "published")


def get_an_offer(journey: Journey) -> None:
    page = journey.visitor
    page.goto(f"{journey.url}/demo/")
    journey.shoot(page, "shop")
    page.locator('a[href="/demo/iphone15pro/"]').first.click()
    expect(page.locator("dialoom-widget .teaser")).to_be_visible(timeout=15_000)
    expect(page.locator("dialoom-widget .badge")).to_be_visible()
    journey.shoot(page, "offer-unasked")
    page.locator("dialoom-widget .teaser .words").click()
    expect(page.locator("dialoom-widget .card .amount")).to_have_text("¥100")
    journey.shoot(page, "coupon")


def write(page: Page, text: str) -> None:
    page.locator("dialoom-widget textarea").fill(text)
    page.keyboard.press("Enter")


def last_line(page: Page, sender: str) -> object:
    return page.locator(f'dialoom-widget .log li[data-from="{sender}"]').last


def be_understood(journey: Journey) -> None:
    page = journey.visitor
    write(page, "你们家可以开发票吗？")
    log = page.locator("dialoom-widget .log")
    expect(log).to_contain_text("申请开票")
    journey.shoot(page, "understood")


def talk_to_a_person(journey: Journey) -> None:
    visitor, agent = journey.visitor, journey.operator
    visitor.locator("dialoom-widget button.human").click()
    expect(visitor.locator("dialoom-widget .who")).to_contain_text("正在")
    agent.goto(f"{journey.url}/inbox/")
    agent.locator("#waiting a").first.click()
    expect(agent.locator("#lines")).to_contain_text("开发票")
    agent.fill("#reply", "您好，我是人工客服小林，专票也可以开的。")
    journey.shoot(agent, "inbox")
    agent.click(".reply button.primary")
    expect(visitor.locator("dialoom-widget .log")).to_contain_text("专票也可以开")
    expect(visitor.locator("dialoom-widget .who")).to_contain_text("人工客服")
    write(visitor, "好的，谢谢！")
    expect(agent.locator("#lines")).to_contain_text("好的，谢谢！")
    journey.shoot(visitor, "with-a-person")
    agent.get_by_role("button", name=re.compile("Hand back|交还")).click()
    expect(visitor.locator("dialoom-widget .who")).not_to_contain_text("人工")


def buy(journey: Journey) -> None:
    page = journey.visitor
    page.locator("dialoom-widget .card a").click()
    expect(page.locator("#add-to-cart")).to_be_visible()
    page.click("#add-to-cart")
    page.goto(f"{journey.url}/demo/cart/")
    page.click("#to-checkout")
    page.fill("[name=name]", "王芳")
    page.fill("[name=phone]", "13800000000")
    page.fill("[name=address]", "上海市徐汇区")
    page.click("#place-order")
    expect(page.locator("#order-number")).not_to_be_empty()
    journey.shoot(page, "bought")


def see_what_was_earned(journey: Journey) -> None:
    page = journey.operator
    page.goto(f"{journey.url}/scripts/offer_instalments")
    earned = page.locator(".variant", has=page.locator('[data-count="exposures"]:text-is("1")'))
    expect(earned).to_have_count(1)
    expect(earned.locator('[data-count="clicks"]')).to_have_text("1")
    for _ in range(20):
        if earned.locator('[data-count="orders"]').inner_text() == "1":
            break
        page.wait_for_timeout(300)
        page.reload()
    expect(earned.locator('[data-count="orders"]')).to_have_text("1")
    journey.shoot(page, "earned")


def publish_while_the_chat_is_open(journey: Journey) -> None:
    operator, visitor = journey.operator, journey.visitor
    visitor.goto(f"{journey.url}/demo/xiaomi14/")
    visitor.locator("dialoom-widget button.launcher").click()
    write(visitor, "我想买手机，帮我推荐一下")
    expect(visitor.locator("dialoom-widget .log")).to_contain_text("预算")
    operator.goto(f"{journey.url}/scripts/rec_midrange")
    for box in operator.locator('textarea[lang="zh-CN"]').all():
        box.fill("新版话术：小米14 就很合适。")
    operator.click("#script-form button.primary")
    expect(operator.locator("#script .notice")).to_be_visible()
    publish(journey, "换了推荐话术")
    write(visitor, "5000")
    expect(visitor.locator("dialoom-widget .log li").last).to_be_visible()
    visitor.wait_for_timeout(800)
    old = visitor.locator("dialoom-widget .log").inner_text()
    assert "新版话术" not in old
    fresh = visitor.context.browser.new_context(locale="zh-CN").new_page()  # type: ignore[union-attr]
    fresh.goto(f"{journey.url}/demo/xiaomi14/")
    fresh.locator("dialoom-widget button.launcher").click()
    write(fresh, "我想买手机，帮我推荐一下")
    expect(fresh.locator("dialoom-widget .log")).to_contain_text("预算")
    write(fresh, "5000")
    expect(fresh.locator("dialoom-widget .log")).to_contain_text("新版话术")
    journey.shoot(fresh, "new-session-new-release")
    fresh.context.close()
