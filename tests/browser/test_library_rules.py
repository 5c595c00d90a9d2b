"""The library's rules in the demo shop, on a clock that is turned: each fires and keeps quiet as its
tests say, and the page of its decisions says why."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from designer.library import DEMO, library_files
from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, sign_in
from tests.clock import CAN_BE_TURNED, Clock
from tests.installation import Installation

expect.set_options(timeout=15_000)


@dataclass
class Shop:
    """The demo shop, its clock, and an operator's page beside it."""

    installation: Installation
    clock: Clock
    browser: Browser
    operator: Page

    def visitor(self, path: str = "") -> "Visitor":
        """Let somebody new come in."""
        context = self.browser.new_context(
            locale="zh-CN", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
        )
        page = context.new_page()
        fail_on_errors(page)
        visitor = Visitor(context, page, self.installation.url)
        visitor.go(path)
        return visitor

    def outcome(self, rule: str, visitor: "Visitor", words: str) -> Locator:
        """Wait until the page of a rule's decisions says something of a visitor; opens its tree."""
        page, url = self.operator, f"{self.installation.url}/rules/{rule}/decisions"
        here = page.locator("#decisions li.tile", has=page.locator(f'a[href*="{visitor.id}"]'))
        for _ in range(40):
            page.goto(url)
            if here.count() and words in here.first.inner_text():
                break
            page.wait_for_timeout(500)
        expect(here.first).to_contain_text(words)
        return here.first

    def shoot(self, rule: str, fires: Locator) -> None:
        """Keep a picture of why a rule did what it did."""
        if fires.locator("details").count():
            fires.locator("summary").click()
        SHOTS.mkdir(exist_ok=True)
        self.operator.screenshot(path=SHOTS / f"why-{rule}.png")


@dataclass
class Visitor:
    """Somebody in the demo shop."""

    context: BrowserContext
    page: Page
    url: str

    @property
    def id(self) -> str:
        found: str = self.page.evaluate("Dialoom.visitor")
        return found

    @property
    def log(self) -> Locator:
        return self.page.locator("dialoom-widget .log")

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}/demo/{path}")
        self.page.wait_for_function("window.Dialoom && Dialoom.visitor")
        self.page.wait_for_timeout(700)  # What the page reports is on its way.

    def write(self, text: str) -> None:
        """Say something, and wait until it was answered."""
        if not self.page.locator("dialoom-widget textarea").is_visible():
            self.page.locator("dialoom-widget button.launcher").click()
        before = self.log.locator("li").count()
        self.page.locator("dialoom-widget textarea").fill(text)
        self.page.keyboard.press("Enter")
        expect(self.log.locator("li").nth(before + 1)).to_be_visible()
        self.page.wait_for_timeout(400)

    def buy(self, path: str) -> None:
        self.go(path)
        self.page.click("#add-to-cart")
        self.page.goto(f"{self.url}/demo/checkout/")
        for name, value in (
            ("name", "王芳"),
            ("phone", "13800000000"),
            ("address", "上海市徐汇区"),
        ):
            self.page.fill(f"[name={name}]", value)
        self.page.click("#place-order")
        expect(self.page.locator("#order-number")).not_to_be_empty()
        self.page.wait_for_timeout(500)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Shop]:
    if not CAN_BE_TURNED:
        pytest.skip("there is no C compiler")
    data = tmp_path_factory.mktemp("library")
    clock = Clock(data)
    installation = Installation(data)
    for name, text in library_files(DEMO).items():
        path = data / "workspace" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    installation.run("import", str(data / "workspace"), "--publish")
    installation.environment |= clock.environment
    installation.start()
    operator = browser.new_context(
        locale="zh-CN", viewport={"width": 1280, "height": 800}, reduced_motion="reduce"
    ).new_page()
    sign_in(operator, installation.url)
    yield Shop(installation, clock, browser, operator)
    operator.context.close()
    installation.stop()


def test_two_minutes_on_the_page_of_an_iphone_bring_offer_and_coupon(shop: Shop) -> None:
    looks, adds, other = (shop.visitor(path) for path in ("iphone15pro/",) * 2 + ("mate60pro/",))
    adds.page.click("#add-to-cart")
    adds.page.wait_for_timeout(500)
    shop.clock.turn(60)
    expect(looks.page.locator("dialoom-widget .teaser")).to_be_hidden()
    shop.clock.turn(62)
    looks.page.locator("dialoom-widget .teaser .words").click()
    expect(looks.log.locator(".card .amount")).to_have_text("¥100")
    shop.shoot("iphone15-dwell-offer", shop.outcome("iphone15-dwell-offer", looks, "已执行"))
    for quiet in (adds, other):
        assert quiet.id not in shop.operator.content()
        quiet.context.close()
    looks.context.close()


def test_a_minute_of_silence_after_a_price_brings_price_protection_and_a_gift(shop: Shop) -> None:
    silent, talks = shop.visitor("xiaomi14/"), shop.visitor("xiaomi14/")
    for visitor in (silent, talks):
        visitor.write("这个手机多少钱？")
    shop.clock.turn(30)
    talks.write("可以分期吗？")
    shop.clock.turn(32)
    expect(silent.log).to_contain_text("价保")
    expect(silent.log.locator(".card")).to_be_visible()
    shop.shoot("price-silence-nudge", shop.outcome("price-silence-nudge", silent, "已执行"))
    assert talks.id not in shop.operator.content()
    silent.context.close()
    talks.context.close()


def test_two_bad_messages_of_three_call_a_senior_agent(shop: Shop) -> None:
    upset, once = shop.visitor(), shop.visitor()
    upset.write("你们的服务太差了，非常失望")
    upset.write("我买的是手机")
    upset.write("气死我了，什么垃圾服务")
    once.write("你们的服务太差了，非常失望")
    shop.shoot("upset-twice", shop.outcome("upset-twice", upset, "已执行"))
    shop.outcome("upset-twice", once, "条件不满足")
    shop.operator.goto(f"{shop.installation.url}/inbox/")
    waiting = shop.operator.locator(f"#waiting-{upset.id}")
    expect(waiting).to_contain_text("senior")
    expect(waiting).to_contain_text("加急")
    expect(shop.operator.locator(f"#waiting-{once.id}")).to_have_count(0)
    upset.context.close()
    once.context.close()


def test_a_frequent_buyer_waits_in_the_queue_for_vips(shop: Shop) -> None:
    frequent, first = shop.visitor(), shop.visitor()
    for _ in range(4):
        frequent.buy("airpodspro/")
    for visitor in (frequent, first):
        visitor.write("转人工")
    shop.shoot("vip-queue", shop.outcome("vip-queue", frequent, "已执行"))
    shop.outcome("vip-queue", first, "条件不满足")
    shop.operator.goto(f"{shop.installation.url}/inbox/")
    expect(shop.operator.locator(f"#waiting-{frequent.id}")).to_contain_text("vip")
    expect(shop.operator.locator(f"#waiting-{first.id}")).to_contain_text("service")
    frequent.context.close()
    first.context.close()


def test_three_messages_that_are_not_understood_call_a_person(shop: Shop) -> None:
    lost, slow = shop.visitor(), shop.visitor()
    for text in ("嘟嘟嘟嘟", "哔哔啵啵", "呜啦呜啦"):
        lost.write(text)
    for text in ("嘟嘟嘟嘟", "哔哔啵啵"):
        slow.write(text)
    shop.clock.turn(1900)
    slow.write("呜啦呜啦")
    shop.shoot("lost-three-times", shop.outcome("lost-three-times", lost, "已执行"))
    shop.outcome("lost-three-times", slow, "条件不满足")
    shop.operator.goto(f"{shop.installation.url}/inbox/")
    expect(shop.operator.locator(f"#waiting-{lost.id}")).to_be_visible()
    expect(shop.operator.locator(f"#waiting-{slow.id}")).to_have_count(0)
    lost.context.close()
    slow.context.close()


def test_a_washing_machine_brings_installation_and_warranty(shop: Shop) -> None:
    washer, phone = shop.visitor("miwasher/"), shop.visitor("iphone15pro/")
    expect(washer.page.locator("dialoom-widget .teaser")).to_contain_text(re.compile("安装|保修"))
    shop.shoot("washer-installation", shop.outcome("washer-installation", washer, "已执行"))
    assert phone.id not in shop.operator.content()
    expect(phone.page.locator("dialoom-widget .teaser")).to_be_hidden()
    washer.context.close()
    phone.context.close()
