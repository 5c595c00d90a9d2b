"""Many widgets that lose one server at the same time: when each comes back, on a turned clock."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from runtime.web.gateway import HERE

WIRE = (HERE / "widget/wire.js").read_text("utf-8")
ADDRESS = "http://127.0.0.1:1/"  # Never asked: the sockets are the test's own.
WORLD = """
window.isHidden = false;
Object.defineProperty(document, "hidden", { get: () => window.isHidden });
window.up = true;      // whether there is a server
window.answers = true; // whether it answers a ping
window.sockets = []; window.asked = []; window.said = [];
window.WebSocket = class {
  constructor(address) {
    const visitor = new URL(address).searchParams.get("visitor");
    window.asked.push({ visitor, at: Date.now(), way: "socket" });
    this.readyState = 0;
    if (!window.up) return void setTimeout(() => this.onclose?.({}), 5);
    window.sockets.push(this);
    setTimeout(() => {
      this.readyState = 1;
      this.onopen?.();
      this.hear({ type: "hello", seq: 0, desk: "" });
    }, 5);
  }
  hear(frame) { this.onmessage?.({ data: JSON.stringify(frame) }); }
  send(body) {
    window.said.push({ at: Date.now(), ...JSON.parse(body) });
    if (window.answers) setTimeout(() => this.hear({ type: "pong" }), 5);
  }
  close() { this.readyState = 3; }
};
window.fetch = (address) => {
  window.asked.push({ visitor: new URL(address).searchParams.get("visitor"), at: Date.now(), way: "fetch" });
  return Promise.reject(new TypeError("no server"));
};
window.fall = () => {
  window.up = false;
  window.fell = Date.now();
  for (const socket of window.sockets.splice(0)) socket.onclose?.({});
};
window.see = (hidden) => { window.isHidden = hidden; document.dispatchEvent(new Event("visibilitychange")); };
window.start = (many, busy) => {
  window.wires = Array.from({ length: many }, (_, number) => {
    const wire = makeWire({
      place: (path) => new URL(path, "ADDRESS"), key: `k${number}`, visitor: `v${number}`, lang: "en",
      asks: () => ({ since: 0, read: 0 }), isBusy: () => busy, take() {}, changed() {},
    });
    wire.begin();
    return wire;
  });
};
""".replace("ADDRESS", ADDRESS)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.route(re.compile(".*"), lambda route: route.fulfill(body="<html></html>"))
    page.clock.install()
    page.goto(ADDRESS)
    page.add_script_tag(content=WORLD + WIRE)
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(error)))
    yield page
    context.close()


def start(page: Page, many: int, busy: bool = False) -> None:
    page.evaluate("([many, busy]) => start(many, busy)", [many, busy])
    page.clock.run_for(20_000)
    assert page.evaluate("asked.length") == many


def tries_since(page: Page, name: str = "fell") -> dict[str, list[float]]:
    """Give the seconds after which each widget tried, since the server fell."""
    found: dict[str, list[float]] = {}
    asked: list[dict[str, Any]] = page.evaluate(
        f"asked.map((one) => ({{...one, at: one.at - {name}}}))"
    )
    for one in asked:
        if one["at"] > 0:
            found.setdefault(one["visitor"], []).append(one["at"] / 1000)
    return found


@pytest.mark.parametrize(("busy", "first"), [(False, 4.0), (True, 0.5)])
def test_they_come_back_ever_later_and_never_all_at_once(
    page: Page, busy: bool, first: float
) -> None:
    many = 400
    start(page, many, busy)
    page.evaluate("fall()")
    page.clock.run_for(240_000)
    tries = tries_since(page)
    assert len(tries) == many
    cap, before = first, [0.0] * many
    for turn in range(8):
        at = [tries[f"v{number}"][turn] for number in range(many)]
        gaps = [now - then for now, then in zip(at, before, strict=True)]
        assert max(gaps) <= cap + 0.1
        assert max(gaps) > cap * 0.9
        assert min(gaps) < cap * 0.1
        assert 0.4 * cap < sum(gaps) / many < 0.6 * cap, "at any time up to the cap, all as likely"
        tenths = [int(gap / cap * 10) for gap in gaps]
        assert max(map(tenths.count, range(10))) < many * 0.2
        before, cap = at, min(30.0, cap * 2)
    assert not page.evaluate("wires.every((wire) => !wire.isLost)"), "then the visitor is told"


def test_a_short_fall_is_followed_by_no_storm_and_each_comes_back_once(page: Page) -> None:
    many = 400
    start(page, many)
    page.evaluate("fall(); up = true")
    page.clock.run_for(10_000)
    tries = tries_since(page)
    assert sorted(map(len, tries.values())) == [1] * many
    seconds = [int(at * 2) for (at,) in tries.values()]
    assert max(map(seconds.count, seconds)) < many * 0.2, "in half a second comes an eighth"
    assert page.evaluate("sockets.length") == many


def test_a_server_that_falls_again_and_again_is_not_asked_ever_faster(page: Page) -> None:
    start(page, 1, busy=True)
    page.evaluate("setInterval(() => { fall(); up = true; }, 1000)")
    page.evaluate("fell = Date.now()")
    page.clock.run_for(60_000)
    assert len(page.evaluate("asked")) < 25


def test_a_hidden_page_waits_until_somebody_looks(page: Page) -> None:
    start(page, 20)
    page.evaluate("see(true)")
    page.clock.run_for(60_000)
    assert page.evaluate("sockets.length") == 20, "what is open stays open"
    page.evaluate("fall(); up = true")
    page.clock.run_for(120_000)
    assert tries_since(page) == {}
    page.evaluate("fell = Date.now(); see(false)")
    page.clock.run_for(1_000)
    assert sorted(map(len, tries_since(page).values())) == [1] * 20


def test_who_has_something_to_say_does_not_wait_for_looks(page: Page) -> None:
    start(page, 1)
    page.evaluate("see(true); fall(); up = true; wires[0].send('message', { text: 'x' }, 'm1')")
    page.clock.run_for(2_000)
    assert [one["id"] for one in page.evaluate("said") if one["type"] == "message"] == ["m1"]


def test_without_a_network_it_waits_and_then_comes(page: Page) -> None:
    start(page, 20)
    page.context.set_offline(True)
    page.evaluate("fall()")
    page.clock.run_for(14_000)
    assert tries_since(page) == {}
    page.clock.run_for(17_000)
    assert len(tries_since(page)) == 20, "some browsers are wrong about it"
    page.evaluate("up = true; fell = Date.now()")
    page.context.set_offline(False)
    page.clock.run_for(1_200)
    tries = tries_since(page)
    assert len(tries) == 20
    assert max(at[0] for at in tries.values()) - min(at[0] for at in tries.values()) > 0.5


def test_pings_come_every_half_minute_or_so_and_not_in_step(page: Page) -> None:
    start(page, 50)
    page.clock.run_for(300_000)
    pings = [one["at"] for one in page.evaluate("said") if one["type"] == "ping"]
    assert 50 * 300 / 48 < len(pings) < 50 * 320 / 29
    seconds = [at // 2000 for at in pings[50 * 3 :]]
    assert max(map(seconds.count, seconds)) < 20
    assert page.evaluate("asked.length") == 50, "nobody took it for a loss"


def test_a_page_that_only_hears_says_something_too(page: Page) -> None:
    start(page, 1)
    page.evaluate("setInterval(() => sockets[0].hear({ type: 'typing' }), 5000)")
    page.clock.run_for(200_000)
    pings = [one["at"] for one in page.evaluate("said") if one["type"] == "ping"]
    assert len(pings) >= 4, "else the server would take it for gone"


def test_a_dead_connection_is_noticed(page: Page) -> None:
    start(page, 1)
    page.evaluate("answers = false; fell = Date.now()")
    page.clock.run_for(46_000)
    assert len(tries_since(page)["v0"]) == 1
    page.evaluate("answers = true")
    page.clock.run_for(100_000)
    assert len(tries_since(page)["v0"]) == 1, "the next one lives"
