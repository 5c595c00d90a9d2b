"""An operator names another system, asks it, draws it into a flow; a visitor gets what it answers."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, sign_in
from tests.installation import Installation
from tests.shops import Shop


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    server = Shop()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def near(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation that may ask the shop, though it stands on the same machine."""
    found = Installation(tmp_path_factory.mktemp("near"))
    found.environment["DIALOOM_CONNECTOR_HOSTS"] = f"127.0.0.1:{shop.server_port}"
    found.start()
    yield found
    found.stop()


def pair(page: Page, rows: str, name: str, value: str) -> None:
    page.locator(f"fieldset[data-rows={rows}] [data-add-row]").click()
    page.fill(f'[name="{rows}.0.name"]', name)
    page.fill(f'[name="{rows}.0.value"]', value)


def test_a_system_is_named_asked_drawn_and_answers_a_visitor(
    near: Installation, shop: Shop, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    fail_on_errors(page)
    sign_in(page, near.url)
    page.goto(f"{near.url}/connectors/")
    expect(page.get_by_text("还没有连接其他系统")).to_be_visible()
    page.fill("#new-connector", "Orders")
    page.keyboard.press("Enter")
    page.fill("[name=url]", "http://10.1.2.3/orders")
    pair(page, "fill", "order_state", "order.state")
    pair(page, "example", "order_state", "示例状态")
    page.locator("#connector-form button.primary").click()
    expect(page.locator(".notice")).to_have_text("已保存。")
    page.locator("aside button.primary").click()
    expect(page.locator("#asked .failed")).to_contain_text("10.1.2.3")
    page.fill("[name=url]", f"http://127.0.0.1:{shop.server_port}/orders")
    page.locator("#connector-form button.primary").click()
    expect(page.locator("[name=url]")).to_have_value(f"http://127.0.0.1:{shop.server_port}/orders")
    expect(page.locator("#asked .failed")).to_have_count(0)
    pair(page, "send", "number", "42")
    page.locator("aside button.primary").click()
    expect(page.locator("#asked")).to_contain_text("已发货")
    assert shop.asked[-1][0]["number"] == 42
    page.screenshot(path=SHOTS / "connector.png")
    draw(page, near)
    said = httpx.post(
        f"{near.url}/webhooks/rest/webhook", json={"sender": "v", "message": "/lookup.pick.0"}
    ).json()
    assert [part["text"] for part in said] == ["订单现在：已发货"]
    assert shop.asked[-1][0]["step"] == "lookup.look"
    context.close()


def draw(page: Page, near: Installation) -> None:
    """Draw and publish a flow that asks; the example answers in the try-chat."""
    asked = """\
flow: lookup
start: pick
steps:
  pick: {ask: lookup_pick, choices: [{text: 查一下, next: look}], otherwise: pick}
  look: {request: orders, send: {number: 42}, next: told, otherwise: done}
  told: {say: lookup_told, next: done}
  done: {end: true}
"""
    page.goto(f"{near.url}/flows/")
    page.fill("#new-flow", "lookup")
    page.locator("#flows form button").first.click()
    expect(page.locator("#canvas[data-ready]")).to_be_visible()
    page.locator("#palette [data-add=request]").click()
    expect(page.locator("#inspector form")).to_be_visible()
    page.select_option("#inspector [name=request]", "orders")
    page.locator("#inspector button.primary").click()
    expect(page.locator(".card-request .card-body")).to_contain_text("查询 Orders")
    page.screenshot(path=SHOTS / "asks-a-system.png")
    folder = near.data / "drafts"
    near.run("export", str(folder))
    (folder / "flows/lookup.yaml").write_text(asked, "utf-8")
    for key, text in (("pick", "要查什么？"), ("told", "订单现在：{{ slot.order_state }}")):
        script = f"script: lookup_{key}\nvariants: {{a: {{text: '{text}'}}}}\n"
        (folder / f"scripts/lookup_{key}.yaml").write_text(script, "utf-8")
    near.run("import", str(folder), "--publish")
    page.goto(f"{near.url}/flows/lookup/")
    page.click("#open-try")
    page.locator("#try-log .quick button").first.click()
    expect(page.locator("#try-log")).to_contain_text("订单现在：示例状态")
