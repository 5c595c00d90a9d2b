"""How long deeds on the canvas take, from the press to what a person sees; and what the editor weighs."""

import gzip
from collections.abc import Awaitable, Callable
from functools import partial
from statistics import quantiles
from typing import Any

from playwright.async_api import Page, Response

# Gives the ms from an event to the frame after a condition holds; asked for before the event happens.
UNTIL = """([event, holds]) => {
  const met = new Function("return " + holds);
  window.measured = new Promise((done, fail) => addEventListener(event, ({ timeStamp }) => {
    setTimeout(() => fail(new Error(`never: ${holds}`)), 20_000);
    const shown = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - timeStamp)));
    const look = () => (met() ? shown() : setTimeout(look, 1));
    // Not at once: those who heard the event as well have not answered it yet.
    setTimeout(look);
  }, { capture: true, once: true }));
}"""
# Cards whose heads can be pressed: nothing lies over them.
IN_SIGHT = """() => [...document.querySelectorAll("#cards > .card")].filter((card) => {
  const { left, top, width } = card.getBoundingClientRect();
  return width && document.elementFromPoint(left + width / 2, top + 19)?.closest(".card") === card;
}).map((card) => card.dataset.step)"""
WORD = "快递"
LONG_TASKS = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
  }).observe({ type: "longtask" });
}"""


def p95(waits: list[float]) -> float:
    """Give the 95th percentile."""
    return quantiles(waits, n=20, method="inclusive")[-1]


async def open_inspectors(page: Page, times: int) -> list[float]:
    """Click one card after another; give the ms until the form of each is seen."""
    waits: list[float] = []
    shown = ""
    while len(waits) < times:
        keys = [key for key in await page.evaluate(IN_SIGHT) if key != shown]
        shown = keys[len(waits) % len(keys)]
        form = f"document.querySelector('#inspector form[hx-put$=\"/steps/{shown}\"]')"
        press = page.locator(f"#card-{shown} .card-head").click
        waits.append(await _timed(page, "pointerup", f"{form}?.offsetHeight", press))
    return waits


async def save(page: Page, times: int) -> list[float]:
    """Change the title in the open inspector and save; give the ms until the answer is seen."""
    waits = []
    for number in range(times):
        await page.locator('#inspector [name^="title."]').fill(f"标题 {number}")
        await page.evaluate("document.querySelector('#inspector .said').replaceChildren()")
        said = "document.querySelector('#inspector .said')?.textContent.trim()"
        press = page.locator("#inspector button.primary").click
        waits.append(await _timed(page, "click", said, press))
    return waits


async def undo(page: Page, times: int) -> list[float]:
    """Move a card by keyboard and undo that; give the ms until it stands where it stood."""
    waits = []
    key = (await page.evaluate(IN_SIGHT))[0]
    place = f"document.getElementById('card-{key}').style.transform"
    for _ in range(times):
        before = await page.evaluate(place)
        async with page.expect_response(lambda answer: answer.url.endswith("/edits")):
            await page.locator(f"#card-{key}").focus()
            await page.keyboard.press("Shift+ArrowDown")
        await page.wait_for_selector("#undo:enabled")
        await page.wait_for_timeout(200)
        back = f"{place} === '{before}'"
        waits.append(await _timed(page, "click", back, page.locator("#undo").click))
        await page.wait_for_timeout(200)
    return waits


async def search(page: Page, times: int) -> list[float]:
    """Type one more letter; give the ms until the cards are dimmed."""
    waits = []
    field = page.locator("#step-search")
    await field.focus()
    for _ in range(times):
        for letter in WORD:
            write = partial(page.keyboard.insert_text, letter)
            waits.append(await _timed(page, "input", "true", write))
        await field.fill("")
    return waits


async def lay_out(page: Page) -> tuple[float, float]:
    """Tidy up; give the ms until the cards stand there, and the longest task of the page meanwhile."""
    await page.evaluate(LONG_TASKS)
    busy = "!document.getElementById('canvas').hasAttribute('aria-busy')"
    rev = await page.locator("#state").get_attribute("data-rev")
    took = await _timed(page, "click", busy, page.locator("[data-canvas=layout]").click)
    await page.wait_for_selector(f'#state:not([data-rev="{rev}"])', state="attached")
    await page.wait_for_timeout(1_000)
    return took, await page.evaluate("window.longest")


async def publish(page: Page, url: str, times: int) -> tuple[list[float], list[float]]:
    """Publish what is there and roll back, by turns; give the ms of each."""
    published, back = [], []
    for number in range(times):
        await page.goto(f"{url}/releases/")
        await page.fill("#publish-form [name=message]", f"bench {number}")
        newer = "document.querySelector('#releases > .notice')"
        press = page.locator("#publish-form button.primary").first.click
        published.append(await _timed(page, "click", newer, press))
        await page.evaluate(f"{newer}.remove()")
        press = page.locator('[hx-post*="roll"]').first.click
        back.append(await _timed(page, "click", newer, press))
    return published, back


async def weigh(page: Page, url: str) -> tuple[int, int]:
    """Load a page anew; give the gzipped bytes of its scripts and styles, and how many they are."""
    kinds = ("javascript", "css")
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    await page.goto(url)
    await page.wait_for_selector("#canvas[data-ready]")
    await page.wait_for_load_state("networkidle")
    page.remove_listener("response", note)
    sent = [one for one in answers if any(k in one.headers.get("content-type", "") for k in kinds)]
    weights = [len(gzip.compress(await one.body())) for one in sent]
    return sum(weights), len(weights)


async def _timed(page: Page, event: str, holds: str, do: Callable[[], Awaitable[Any]]) -> float:
    await page.evaluate(UNTIL, [event, holds])
    await do()
    found: float = await page.evaluate("window.measured")
    return found
