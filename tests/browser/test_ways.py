"""The widget where networks break WebSockets, and streams too: the visitor sees nothing of it."""

import re
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, Route, expect

from tests.browser.test_journey import write
from tests.installation import PASSWORD, Installation

REFUSED = """window.WebSocket = class {
  constructor() { window.tried = (window.tried ?? 0) + 1; setTimeout(() => this.onclose?.({}), 10); }
};"""
SILENT = "window.WebSocket = class { readyState = 0; close() {} };"
FORBIDDEN = "window.WebSocket = class { constructor() { throw new Error('not here'); } };"
LOG = "dialoom-widget .log li"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(error)))
    yield page
    with suppress(Error):  # Of routes that were never answered.
        context.close()


@pytest.fixture(scope="module")
def operator(browser: Browser, installation: Installation) -> Iterator[Page]:
    context: BrowserContext = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(installation.url)
    page.fill("[name=email]", "admin@dialoom.local")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    expect(page.locator("#flows h1")).to_be_visible()
    yield page
    context.close()


def hang(_route: Route) -> None:
    """Keep everything back, as a proxy does that waits for the end of an answer."""


def open_chat(page: Page, installation: Installation) -> None:
    page.goto(f"{installation.url}/demo/xiaomi14/")
    page.locator("dialoom-widget button.launcher").click()


def way_of(page: Page) -> str:
    name = "Object.keys(sessionStorage).find((key) => key.startsWith('dialoom:'))"
    found: str = page.evaluate(f"JSON.parse(sessionStorage.getItem({name}) ?? '{{}}').way")
    return found


def logged(page: Page, installation: Installation) -> list[dict[str, Any]]:
    visitor = page.evaluate("Dialoom.visitor")
    asked = {"visitor": visitor, "since": 0, "wait": 0}
    frames: list[dict[str, Any]] = httpx.get(f"{installation.url}/chat/lines", params=asked).json()[
        "frames"
    ]
    return [frame for frame in frames if frame["type"] == "line"]


def shows_all_just_once(page: Page, installation: Installation, *said: str) -> None:
    lines = logged(page, installation)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert [line.get("text") for line in lines if line["from"] == "visitor"] == list(said)
    expect(page.locator(LOG)).to_have_count(len(lines))
    shown = page.locator(LOG).evaluate_all("items => items.map((item) => Number(item.dataset.seq))")
    assert shown == [line["seq"] for line in lines]
    expect(page.locator(f"{LOG}.pending, {LOG}.failed")).to_have_count(0)


@pytest.mark.parametrize(
    ("script", "stream", "way"),
    [
        (REFUSED, "", "stream"),
        (SILENT, "", "stream"),
        (FORBIDDEN, "", "stream"),
        (REFUSED, "hangs", "poll"),
        (REFUSED, "fails", "poll"),
    ],
    ids=["refused", "silent", "forbidden", "kept-back", "broken"],
)
def test_a_conversation_goes_on_another_way(
    installation: Installation, visitor: Page, operator: Page, script: str, stream: str, way: str
) -> None:
    visitor.add_init_script(script)
    if stream:
        broken = hang if stream == "hangs" else lambda route: route.fulfill(status=502)
        visitor.route(re.compile("/chat/events"), broken)
    open_chat(visitor, installation)
    expect(visitor.locator(LOG).first).to_be_visible(timeout=30_000)
    assert way_of(visitor) == way
    write(visitor, "你好")
    expect(visitor.locator(f'{LOG}[data-from="bot"]').nth(1)).to_be_visible()
    visitor.locator("dialoom-widget button.human").click()
    expect(visitor.locator("dialoom-widget .who")).to_contain_text("正在")
    name = visitor.evaluate("Dialoom.visitor")
    operator.goto(f"{installation.url}/inbox/{name}")
    for number in range(3):
        form = operator.locator(".reply [name=id]").input_value()
        operator.fill("#reply", f"我是小林 {number}")
        operator.click(".reply button.primary")
        expect(operator.locator(".reply [name=id]")).not_to_have_value(form)
        expect(visitor.locator("dialoom-widget .log")).to_contain_text(f"我是小林 {number}")
    expect(visitor.locator("dialoom-widget .who")).to_contain_text("人工客服")
    write(visitor, "谢谢")
    expect(operator.locator("#lines")).to_contain_text("谢谢")
    expect(visitor.locator("dialoom-widget .notice")).to_be_empty()
    said = [line["text"] for line in logged(visitor, installation) if line["from"] == "visitor"]
    assert [text for text in said if text in ("你好", "谢谢")] == ["你好", "谢谢"]
    shows_all_just_once(visitor, installation, *said)


def test_a_message_whose_acknowledgement_was_lost_counts_once(
    installation: Installation, visitor: Page
) -> None:
    posted: list[str] = []

    def lose_the_first(route: Route) -> None:
        body = route.request.post_data or ""
        if "在吗" not in body:
            return route.continue_()
        posted.append(body)
        if len(posted) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    visitor.add_init_script(REFUSED)
    visitor.route(re.compile("/chat/frames"), lose_the_first)
    open_chat(visitor, installation)
    expect(visitor.locator(LOG).first).to_be_visible(timeout=30_000)
    write(visitor, "在吗")
    write(visitor, "你好")
    expect(visitor.locator(f"{LOG}.pending")).to_have_count(0, timeout=20_000)
    assert len(posted) == 2
    assert posted[0] == posted[1]
    shows_all_just_once(visitor, installation, "在吗", "你好")


def test_what_was_not_acknowledged_is_sent_over_the_way_that_works(
    installation: Installation, visitor: Page
) -> None:
    """A socket that opens and says hello, takes what is sent, and never answers it."""
    visitor.add_init_script("""
      const Real = WebSocket;
      window.WebSocket = class {
        static count = 0;
        constructor(address) {
          if (++window.WebSocket.count > 1) return void setTimeout(() => this.onclose?.({}), 10);
          const real = new Real(address);
          this.readyState = 1;
          real.onmessage = (event) => {
            if (JSON.parse(event.data).type === "hello") this.onmessage?.(event);
          };
          this.onmessage = null;
          this.send = (body) => { real.send(body); setTimeout(() => this.onclose?.({}), 500); };
          this.close = () => real.close();
        }
      };""")
    open_chat(visitor, installation)
    expect(visitor.locator(LOG).first).to_be_visible(timeout=30_000)
    assert way_of(visitor) == "stream"
    write(visitor, "你好")
    expect(visitor.locator(f"{LOG}.pending")).to_have_count(0)
    expect(visitor.locator(f'{LOG}[data-from="bot"]').nth(1)).to_be_visible()
    shows_all_just_once(visitor, installation, "你好")


def test_the_way_is_remembered_and_the_socket_tried_again(
    installation: Installation, visitor: Page
) -> None:
    visitor.add_init_script("if (sessionStorage.broken !== 'no') {" + REFUSED + "}")
    open_chat(visitor, installation)
    expect(visitor.locator(LOG).first).to_be_visible(timeout=30_000)
    assert way_of(visitor) == "stream"
    visitor.reload()
    expect(visitor.locator(LOG).first).to_be_attached()
    assert visitor.evaluate("window.tried") is None, "what worked is taken at once"
    visitor.evaluate(
        """() => {
          sessionStorage.broken = "no";
          const key = Object.keys(sessionStorage).find((name) => name.startsWith("dialoom:"));
          sessionStorage[key] = JSON.stringify({ ...JSON.parse(sessionStorage[key]), probe: 1 });
        }"""
    )
    with visitor.expect_websocket(lambda socket: "/ws/chat" in socket.url):
        visitor.reload()
    for _ in range(50):
        if way_of(visitor) == "socket":
            break
        visitor.wait_for_timeout(100)
    assert way_of(visitor) == "socket"
    visitor.locator("dialoom-widget button.launcher").click()
    write(visitor, "你好")
    expect(visitor.locator(f'{LOG}[data-from="bot"]').nth(1)).to_be_visible()
    shows_all_just_once(visitor, installation, "你好")


@pytest.fixture
def shop(installation: Installation) -> Iterator[str]:
    """A page of somebody else, from another origin."""
    script = f'<script src="{installation.url}/widget.js" data-workspace="other"></script>'
    html = f"<!doctype html><html lang=zh-CN><body>{script}</body></html>".encode()

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html)

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_other_peoples_pages_may_ask_and_no_preflight_is_needed(
    installation: Installation, visitor: Page, shop: str
) -> None:
    asked: list[tuple[str, str, str]] = []

    def note(request: Request) -> None:
        asked.append((request.method, request.url, request.headers.get("content-type", "")))

    visitor.on("request", note)
    visitor.add_init_script(REFUSED)
    visitor.goto(shop)
    visitor.locator("dialoom-widget button.launcher").click()
    expect(visitor.locator(LOG).first).to_be_visible(timeout=30_000)
    write(visitor, "你好")
    expect(visitor.locator(f'{LOG}[data-from="bot"]').nth(1)).to_be_visible()
    shows_all_just_once(visitor, installation, "你好")
    kinds = {(method, kind) for method, url, kind in asked if "/chat/" in url}
    assert kinds == {("GET", ""), ("POST", "text/plain")}, "a browser would ask first for others"
    assert visitor.evaluate("Object.keys(window).filter((name) => /wire/i.test(name))") == []


def test_a_tab_that_nobody_sees_lets_go_of_its_stream(
    installation: Installation, visitor: Page
) -> None:
    """A browser has six connections to a server, for all its tabs together."""
    visitor.add_init_script(
        REFUSED
        + """Object.defineProperty(document, "hidden", { get: () => Boolean(window.isHidden) });
        window.see = (hidden) => {
          window.isHidden = hidden;
          document.dispatchEvent(new Event("visibilitychange"));
        };"""
    )
    open_chat(visitor, installation)
    expect(visitor.locator(LOG).first).to_be_visible(timeout=30_000)
    with visitor.expect_event("requestfailed", lambda request: "/chat/events" in request.url):
        visitor.evaluate("see(true)")
    name = visitor.evaluate("Dialoom.visitor")
    installation.say(name, "你好")
    visitor.wait_for_timeout(1500)
    before = visitor.locator(LOG).count()
    visitor.evaluate("see(false)")
    expect(visitor.locator(LOG)).not_to_have_count(before)
    said = [line["text"] for line in logged(visitor, installation) if line["from"] == "visitor"]
    shows_all_just_once(visitor, installation, *said)
