"""From the script's page to a running experiment, visitors over HTTP, and figures counted twice."""

import json
import random
import time
from collections.abc import Iterator

import httpx2 as httpx
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, text

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, sign_in
from tests.installation import Installation, demo_with_short_dwell

MANY = 1_000
RATES = {"warm": 0.3, "formal": 0.1}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One of its own: its visitors would be in the way of others."""
    data = tmp_path_factory.mktemp("experiments")
    found = Installation(data)
    found.run("import", str(demo_with_short_dwell(data / "workspace")), "--publish")
    found.start()
    yield found
    found.stop()


def send(shop: Installation, events: list[dict[str, object]]) -> None:
    with httpx.Client(base_url=shop.url, timeout=60) as client:
        for at in range(0, len(events), 50):
            answer = client.post("/v1/batch", json={"batch": events[at : at + 50]})
            assert answer.status_code == 200, answer.text


def event(visitor: str, what: str, **properties: object) -> dict[str, object]:
    said = {"type": "track", "userId": visitor, "event": what, "properties": properties}
    return {**said, "messageId": f"{what}|{visitor}"}


def recorded(shop: Installation, name: str) -> pd.DataFrame:
    """Give what the archive says of an event of the run, a row each."""
    engine = create_engine(f"sqlite:///{shop.data / 'var' / 'dialoom.db'}")
    with engine.connect() as database:
        rows = database.execute(
            text("select visitor, data from events where name = :n"), {"n": name}
        )
        frame = pd.DataFrame([(v, *_parts(data)) for v, data in rows], columns=COLUMNS)
    engine.dispose()
    return frame[frame.run != ""]


COLUMNS = ["visitor", "variant", "run", "order", "value"]


def _parts(data: str) -> tuple[str, str, str, float]:
    said = json.loads(data)
    return said["variant"], said.get("run", ""), said.get("order", ""), said.get("value", 0.0)


def wait_for(shop: Installation, name: str, many: int) -> pd.DataFrame:
    """Wait until so many are in the archive."""
    until = time.monotonic() + 60
    while len(found := recorded(shop, name)) < many:
        assert time.monotonic() < until, f"{len(found)} of {many} {name}"
        time.sleep(0.5)
    return found


def figures(page: Page) -> pd.DataFrame:
    rows = page.locator("tr[data-arm]").all()
    names = ("shown", "orders", "revenue")
    return pd.DataFrame(
        [[float(row.locator(f'[data-figure="{n}"]').inner_text()) for n in names] for row in rows],
        index=[row.get_attribute("data-arm") for row in rows],
        columns=names,
    )


def share_of(page: Page, arm: str) -> float:
    words = page.locator(f'tr[data-arm="{arm}"] [data-figure="share"]').inner_text()
    return float(words.split("\u00a0")[0])


def see_the_weights_move(page: Page) -> None:
    """All are minutes old, so most of their orders are still to come: two may be the best."""
    for _ in range(30):
        warm, formal = share_of(page, "warm"), share_of(page, "formal")
        if formal < 25 < warm:
            return
        page.wait_for_timeout(1_000)
        page.reload()
    raise AssertionError(f"warm {warm} %, formal {formal} %")


def test_a_script_is_tested_and_the_page_tells_what_the_events_tell(
    browser: Browser, shop: Installation
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    fail_on_errors(page)
    sign_in(page, shop.url)
    # From the page of the script to a running experiment: three actions.
    page.goto(f"{shop.url}/scripts/offer_instalments")
    page.get_by_role("button", name="开始实验").click()
    page.get_by_role("radio", name="多臂老虎机").check()
    page.get_by_role("button", name="启动实验").click()
    expect(page.get_by_role("status")).to_contain_text("已开始")
    expect(page.locator(".verdict")).to_contain_text("还没有访客")

    visitors = [f"visitor-{n}" for n in range(MANY)]
    send(shop, [event(v, "Product Viewed", name="iPhone15 Pro", price=7999) for v in visitors])
    met = wait_for(shop, "exposed", MANY)
    dice = random.Random(5)
    arms = dict(zip(met.visitor, met.variant, strict=True))
    buys = [v for v in visitors if dice.random() < RATES.get(arms[v], 0.15)]
    order = [event(v, "Order Completed", order_id=v, total=100 + len(v)) for v in buys]
    send(shop, [*order, *order])  # Twice, as shops do.
    bought = wait_for(shop, "converted", len(buys)).drop_duplicates("order")

    page.reload()
    again = pd.DataFrame(
        {
            "shown": met.groupby("variant").size(),
            "orders": bought.groupby("variant").size(),
            "revenue": bought.groupby("variant").value.sum(),
        }
    ).astype(float)
    pd.testing.assert_frame_equal(figures(page).sort_index(), again.sort_index(), check_names=False)

    see_the_weights_move(page)
    expect(page.locator(".chart svg").first).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.screenshot(path=SHOTS / f"experiment-{theme}.png", full_page=True)

    page.get_by_role("button", name="停止").click()
    page.locator("#asking [value=yes]").click()
    expect(page.get_by_role("status")).to_contain_text("已生效")
    expect(page.locator(".page-head .chip")).to_have_text("已停止")
    context.close()
