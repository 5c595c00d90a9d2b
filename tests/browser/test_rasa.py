"""The real Rasa, from the browser: trained, let in, killed, away and back again."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from runtime.db import open_engine, transaction
from runtime.settings import ROOT, Settings
from runtime.tables import EventRow
from tests.browser.conftest import SHOTS
from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

RASA = Path(os.environ.get("DIALOOM_RASA") or ROOT / ".rasa")
QUICK = """\
recipe: default.v1
assistant_id: dialoom
language: zh
pipeline:
- name: JiebaTokenizer
- name: CountVectorsFeaturizer
- {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 2}
- name: LogisticRegressionClassifier
- name: EntitySynonymMapper
policies: []
"""
MINUTE = 60_000


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation with Rasa beside it, which trains a quick pipeline."""
    if not (RASA / ".ready").exists():
        pytest.skip("Rasa is not installed: make rasa")
    found = Installation(tmp_path_factory.mktemp("rasa"))
    found.environment["DIALOOM_RASA"] = str(RASA)
    config = found.data / "var" / "rasa" / "config.yml"
    config.parent.mkdir(parents=True)
    config.write_text(QUICK, "utf-8")
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def page(rasa: Installation, browser: Browser) -> Page:
    page = browser.new_context(locale="en", viewport={"width": 1440, "height": 900}).new_page()
    fail_on_errors(page)
    sign_in(page, rasa.url)
    return page


def shot(page: Page, name: str) -> None:
    page.screenshot(path=SHOTS / f"rasa-{name}.png", full_page=True)


def state(rasa: Installation) -> str:
    parts = httpx.get(f"{rasa.url}/readyz", timeout=5).json()["parts"]
    return str(parts.get("rasa", {}).get("state"))


def wait_until(holds: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def wait_until_heard_by_rasa(rasa: Installation, text: str) -> None:
    """Say it over and over until Rasa hears it: each web process finds out for itself."""
    for number in range(30):
        said = f"{text} {number}"
        assert rasa.say(f"{text}-{number}", said)
        if heard_by(rasa, said) == "rasa":
            return
    raise AssertionError("Rasa never heard it")


def heard_by(rasa: Installation, text: str) -> str:
    """Name the engine that heard a text, by the event log."""
    engine = open_engine(Settings(data=rasa.data / "var").database)
    found: list[str] = []

    def is_there() -> bool:
        with transaction(engine, writes=False) as database:
            for row in database.scalars(select(EventRow).where(EventRow.name == "message")):
                if row.data["text"] == text:
                    found.append(row.data["engine"])
        return bool(found)

    wait_until(is_there, 20)
    engine.dispose()
    return found[0]


def test_sentences_are_taught_and_rasa_is_trained_on_them(rasa: Installation, page: Page) -> None:
    page.goto(f"{rasa.url}/nlu/intents/ask_price")
    sentences = page.locator("textarea[lang=zh]")
    sentences.fill(sentences.input_value() + "\n这台手机咋卖的呀")
    page.click("#intent button.primary")
    expect(page.locator("#intent .notice")).to_contain_text("Saved")
    page.goto(f"{rasa.url}/nlu/rasa/")
    expect(page.locator("#rasa")).to_contain_text("Nothing was trained yet")
    page.click("text=Train on the drafts")
    expect(page.locator("#training pre")).to_contain_text("INFO", timeout=3 * MINUTE)
    shot(page, "training")
    row = page.locator("#rasa tbody tr")
    expect(row).to_be_visible(timeout=10 * MINUTE)
    expect(row.locator("td.num").nth(2)).to_contain_text("%")
    expect(row.locator("td.num").nth(3)).to_contain_text("%")
    assert state(rasa) == "None", "nothing changes before somebody says so"


def test_its_model_is_let_in_and_answers_the_widget(rasa: Installation, page: Page) -> None:
    page.click("text=Let it answer")
    expect(page.locator("#rasa .notice")).to_contain_text("Rasa is starting")
    wait_until(lambda: state(rasa) == "degraded", 20)
    rasa.say("first", "多少钱一台")
    page.goto(f"{rasa.url}/releases/")
    page.fill("#publish-form [name=message]", "one more sentence")
    page.locator("#publish-form button.primary").first.click()
    expect(page.locator("#releases > .notice")).to_contain_text("Release", timeout=3 * MINUTE)
    wait_until(lambda: state(rasa) == "up", 300)
    wait_until_heard_by_rasa(rasa, "这台手机咋卖的呀")
    page.goto(f"{rasa.url}/nlu/rasa/")
    expect(page.locator("#rasa .tile .chip")).to_have_text("answers")
    shot(page, "answers")


def test_the_try_chat_names_its_model(rasa: Installation, page: Page) -> None:
    page.goto(f"{rasa.url}/nlu/")
    page.fill("#sentence", "请问多少钱")
    page.press("#sentence", "Enter")
    expect(page.locator("#tried h3")).to_have_text(["Built-in engine", "Rasa"])
    shot(page, "both")
    open_canvas(page, rasa.url, "welcome")
    page.click("#open-try")
    page.fill("#try-text", "请问多少钱")
    page.press("#try-text", "Enter")
    expect(page.locator("#try-log .visitor small")).to_contain_text("Rasa", timeout=15_000)
    shot(page, "try-chat")


def test_killed_it_is_stood_in_for_and_comes_back(rasa: Installation, page: Page) -> None:
    (pid,) = rasa.pids("serve.py")
    os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    assert rasa.say("third", "这台手机怎么卖的呢")
    assert time.monotonic() - started < 2.0
    assert heard_by(rasa, "这台手机怎么卖的呢") == "embedded"
    wait_until(lambda: state(rasa) == "degraded", 15)
    page.goto(f"{rasa.url}/health/")
    expect(page.locator("#health .chip.warn")).to_have_text("degraded")
    shot(page, "degraded")
    wait_until(lambda: state(rasa) == "up", 300)
    expect(page.locator("#health .chip.warn")).to_have_count(0, timeout=15_000)
    wait_until_heard_by_rasa(rasa, "这台手机啥价格呢")


def test_a_training_that_is_killed_changes_nothing(rasa: Installation, page: Page) -> None:
    page.goto(f"{rasa.url}/nlu/rasa/")
    page.click("text=Train on the drafts")
    wait_until(lambda: bool(rasa.pids("--fixed-model-name")), 120)
    for pid in rasa.pids("--fixed-model-name"):
        psutil.Process(pid).kill()
    expect(page.locator("#rasa .notice.failed")).to_contain_text("broke off", timeout=2 * MINUTE)
    shot(page, "broke-off")
    wait_until(lambda: state(rasa) == "up", 10)


def test_a_training_can_be_cancelled(rasa: Installation, page: Page) -> None:
    page.click("text=Train on the drafts")
    wait_until(lambda: bool(rasa.pids("--fixed-model-name")), 120)
    page.click("#rasa >> text=Cancel")
    expect(page.locator("#rasa p.notice")).to_contain_text("Cancelled")
    wait_until(lambda: not rasa.pids("--fixed-model-name"), 15)
    page.click("text=Built-in engine only")
    expect(page.locator("#rasa .tile .chip")).to_have_text("off")
    wait_until(lambda: not rasa.pids("serve.py"), 20)
