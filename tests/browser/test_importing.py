"""A bot of five thousand blocks comes in while somebody looks on: cancelled, again, and to the end."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, sign_in
from tests.flows.importing.typebots import many_blocks
from tests.installation import Installation, demo_with_short_dwell

BLOCKS = 5_000
ENDS = 120_000


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One of its own: thousands of files would be in the way of the other tests."""
    data = tmp_path_factory.mktemp("importing")
    found = Installation(data)
    found.run("import", str(demo_with_short_dwell(data / "workspace")), "--publish")
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "bot.json"
    path.write_text(json.dumps(many_blocks(BLOCKS)), "utf-8")
    return path


@pytest.fixture
def page(browser: Browser, installation: Installation) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    found = context.new_page()
    fail_on_errors(found)
    sign_in(found, installation.url)
    yield found
    context.close()


def upload(page: Page, url: str, export: Path) -> None:
    page.goto(f"{url}/flows/new/")
    form = page.locator("#import-typebot")
    form.locator("[type=file]").set_input_files(export)
    form.get_by_role("button", name="Import").dblclick(no_wait_after=True)
    expect(page.get_by_role("heading", name="Importing from Typebot")).to_be_visible()


def test_a_large_bot_is_cancelled_and_then_comes_in(
    page: Page, installation: Installation, export: Path
) -> None:
    upload(page, installation.url, export)
    bar = page.get_by_role("progressbar")
    expect(bar).to_be_visible()
    expect(page.locator("#import-doing")).to_have_text(f"Drawing {BLOCKS} blocks", timeout=30_000)
    before = float(bar.get_attribute("value") or "0")
    page.wait_for_function(
        "least => document.querySelector('progress').value > least", arg=before, timeout=10_000
    )
    # It must not come to its end while we look, however fast this machine is.
    for pid in installation.pids("spawn_main"):
        os.kill(pid, signal.SIGSTOP)
    cancel = page.get_by_role("button", name="Cancel the import")
    cancel.focus()
    page.wait_for_timeout(1_500)
    expect(cancel).to_be_focused()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.screenshot(path=SHOTS / f"importing-{theme}.png")
    begun = time.monotonic()
    cancel.press("Enter")
    expect(page.get_by_role("heading", name="Import cancelled")).to_be_visible()
    assert time.monotonic() - begun < 3
    page.reload()
    expect(page.get_by_role("heading", name="Import cancelled")).to_be_visible()
    page.wait_for_timeout(1_500)
    assert installation.pids("spawn_main") == []

    page.get_by_role("link", name="Try again").click()
    upload(page, installation.url, export)
    page.goto(f"{installation.url}/flows/")
    expect(page.get_by_text("my_bot")).to_have_count(0)
    page.goto(f"{installation.url}/flows/new/")
    page.locator("ul.plain a").first.click()
    asked: list[str] = []
    done = page.get_by_role("heading", name="Imported from Typebot")
    expect(done).to_be_visible(timeout=ENDS)
    page.on("request", lambda request: "/static/" in request.url or asked.append(request.url))
    expect(page.get_by_text(f"{BLOCKS} of {BLOCKS} blocks came along")).to_be_visible()
    page.wait_for_timeout(2_500)
    assert asked == []
    page.reload()
    expect(done).to_be_visible()
    page.get_by_role("link", name="Open my_bot").click()
    expect(page.locator("#canvas[data-ready]")).to_be_visible(timeout=60_000)
    page.goto(f"{installation.url}/flows/new/")
    expect(page.locator("ul.plain li")).to_have_count(2)


def test_a_worker_killed_in_the_middle_is_followed_by_another(
    page: Page, installation: Installation, export: Path
) -> None:
    upload(page, installation.url, export)
    expect(page.locator("#import-doing")).to_contain_text("Drawing", timeout=30_000)
    drawing = installation.pids("spawn_main")
    assert drawing
    for pid in installation.pids("wsgi:celery"):
        os.kill(pid, signal.SIGKILL)
    expect(page.get_by_role("heading", name="Imported from Typebot")).to_be_visible(timeout=ENDS)
    expect(page.get_by_role("link", name="Open my_bot_2")).to_be_visible()
    expect(page.get_by_role("link", name="Open my_bot_3")).to_have_count(0)
    assert not set(drawing) & set(installation.pids("spawn_main"))
