"""Every screen by day and by night, wide and narrow: nothing keeps anybody out, and a picture is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import SHOTS
from tests.installation import PASSWORD, Installation

AXE = Path(__file__).parents[1] / ".cache" / "axe-core" / "node_modules/axe-core/axe.min.js"
PICTURES = SHOTS / "screens"
KINDS = ("say", "ask", "branch", "set", "request", "call", "handover", "end")
WIDE, NARROW = 1440, 390
HEIGHTS = {WIDE: 900, NARROW: 844}
SETTINGS = [("light", WIDE), ("dark", WIDE), ("dark", NARROW), ("light", NARROW)]
"""In the order that changes least from one to the next."""
WITHOUT_AXE = ("dark", NARROW)
NAMES = [
    ("lookup", "product", "iPhone15 Pro\n小米14\n洗衣机"),
    ("synonym", "iPhone15 Pro", "苹果15\n苹果15pro"),
    ("synonym", "退货", "七天无理由"),
    ("regex", "coupon_code", "[A-Z]{3}\\d{3}"),
]
LOOK = """async (part) => (await axe.run(part, {resultTypes: ["violations"]})).violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .map((found) => `${found.id} (${found.impact}), ${found.nodes.length} times` + found.nodes.slice(0, 5)
        .map((node) => `\\n    ${node.target.flat().join(" ")}\\n      ${node.html.slice(0, 200)}\\n      `
            + [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ")).join(""))"""
SCROLLS = "document.documentElement.scrollWidth - innerWidth"


def as_it_is(_page: Page) -> None:
    """Leave a screen as it comes."""


@dataclass(frozen=True)
class Screen:
    """One screen: where it is, what is opened on it, and the part that no other screen has."""

    name: str
    path: str
    arrange: Callable[[Page], None] = as_it_is
    part: str = "html"
    guest: bool = False


@dataclass
class Tour:
    """The contexts that visit the screens, and what went wrong in their pages."""

    url: str
    contexts: dict[tuple[str, bool], BrowserContext]
    shared: str
    waiting: str
    errors: list[str] = field(default_factory=list)

    def page(self, language: str, screen: Screen) -> Page:
        page = self.contexts[language, screen.guest].new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_viewport_size({"width": WIDE, "height": HEIGHTS[WIDE]})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        path = screen.path.format(shared=self.shared, waiting=self.waiting)
        page.goto(path if path.startswith("http") else self.url + path)
        screen.arrange(page)
        return page


def drawn(page: Page) -> None:
    expect(page.locator("#canvas[data-ready]")).to_be_visible()


def inspecting(kind: str) -> Callable[[Page], None]:
    def arrange(page: Page) -> None:
        drawn(page)
        page.evaluate(
            "kind => document.dispatchEvent(new CustomEvent('dialoom:select', {detail: {step:"
            " document.querySelector(`.card[data-kind=${kind}]`).dataset.step}}))",
            kind,
        )
        expect(page.locator("#inspector form")).to_be_visible()

    return arrange


def with_commands(page: Page) -> None:
    drawn(page)
    page.keyboard.press("Control+k")
    page.locator("#command").fill("发票")
    expect(page.locator("#command-list .hit").first).to_be_visible()


def with_try_chat(page: Page) -> None:
    drawn(page)
    page.locator("#open-try").click()
    expect(page.locator("#try-log .line").first).to_be_visible()


def with_try_more(page: Page) -> None:
    with_try_chat(page)
    page.locator(".try-more summary").click()
    expect(page.locator("#try-known")).to_be_visible()
    page.locator("#try-known [data-add-row]").first.click()


def with_figures(page: Page) -> None:
    drawn(page)
    page.locator('[data-canvas="overlay"]').first.click()
    expect(page.locator("#overlay-bar output")).not_to_be_empty()


def with_two_chosen(page: Page) -> None:
    drawn(page)
    for card in page.locator(".card:not(.off)").all()[:2]:
        card.locator(".card-head").click(modifiers=["Shift"])
    expect(page.locator("#arrange")).to_be_visible()


def with_list_open(page: Page) -> None:
    page.locator(".edit-here summary").first.click()
    expect(page.locator(".inspector-here form")).to_be_visible()


def with_widget(page: Page) -> None:
    page.locator("dialoom-widget button.launcher").click()
    expect(page.locator("dialoom-widget .log li").first).to_be_visible()


def with_yaml_beside(page: Page) -> None:
    drawn(page)
    page.locator("#open-yaml").click()
    expect(page.locator("#yaml-panel .cm-content")).to_be_visible()


def with_broken_yaml(page: Page) -> None:
    expect(page.locator("#yaml .cm-content")).to_be_visible()
    field = page.locator("textarea[data-yaml]")
    field.fill(f"# {'长' * 90}\n{field.input_value()}\nnotes: [\n")
    expect(page.locator("#yaml-problems li")).to_have_count(1)
    page.locator("#yaml-problems [data-line]").click()
    page.keyboard.press("Control+f")
    page.keyboard.type("notes")
    expect(page.locator(".cm-searchMatch-selected, .cm-searchMatch").first).to_be_visible()


def with_names_found(page: Page) -> None:
    page.fill("#naming", "ABC123 是优惠券吗，苹果15 明天到吗")
    page.locator("#naming + button").click()
    expect(page.locator("#named li").first).to_be_visible()


def with_a_refusal(page: Page) -> None:
    page.locator("#entity textarea").fill("[A-Z]{3}\\d{3}\n[A-Z")
    page.locator("#entity button.primary").first.click()
    expect(page.locator("#entity [role=alert] li")).to_have_count(1)


def with_a_canary(page: Page) -> None:
    page.get_by_role("radio", name="灰度发布").or_(page.get_by_role("radio", name="Canary")).check()
    expect(page.locator("[name=target]")).to_be_visible()


def with_how(page: Page) -> None:
    page.locator("#experiment details summary").first.click()
    expect(page.locator("tr[data-arm]").first).to_be_visible()


CANVAS = "/flows/compensation/"
SCREENS = [
    Screen("sign-in", "/login", guest=True),
    Screen("flows", "/flows/"),
    Screen("new-flow", "/flows/new/"),
    Screen("canvas", CANVAS, drawn),
    *(
        Screen(
            f"canvas-{kind}",
            {"handover": "/flows/handover/", "request": "/flows/lookup/"}.get(kind, CANVAS),
            inspecting(kind),
            "#inspector",
        )
        for kind in KINDS
    ),
    Screen("canvas-commands", CANVAS, with_commands, "#commands"),
    Screen("canvas-try", CANVAS, with_try_chat),
    Screen("canvas-try-more", CANVAS, with_try_more, "#try"),
    Screen("canvas-figures", CANVAS, with_figures, "#overlay-bar"),
    Screen("canvas-two-chosen", CANVAS, with_two_chosen, "#arrange"),
    Screen("list", f"{CANVAS}list/", with_list_open),
    Screen("history", f"{CANVAS}history/"),
    Screen("canvas-yaml", CANVAS, with_yaml_beside, "#yaml-panel"),
    Screen("yaml", "/yaml/flows/compensation.yaml"),
    Screen("yaml-broken", "/yaml/flows/compensation.yaml", with_broken_yaml),
    Screen("flow-tests", f"{CANVAS}tests"),
    Screen("scripts", "/scripts/"),
    Screen("script", "/scripts/offer_instalments"),
    Screen("wordings", "/scripts-table/"),
    Screen("experiments", "/experiments/"),
    Screen("experiment-form", "/experiments/greet", with_a_canary),
    Screen("experiment-run", "/experiments/rec_midrange", with_how),
    Screen("rehearsal", "/experiments/greet/rehearsal/"),
    Screen("rules", "/rules/"),
    Screen("rule", "/rules/iphone15-dwell-offer"),
    Screen("decisions", "/rules/iphone15-dwell-offer/decisions"),
    Screen("simulations", "/simulations/"),
    Screen("facts", "/facts/"),
    Screen("connectors", "/connectors/"),
    Screen("connector", "/connectors/orders"),
    Screen("releases", "/releases/"),
    Screen("settings", "/settings/"),
    Screen("nlu", "/nlu/"),
    Screen("nlu-intent", "/nlu/intents/ask_price"),
    Screen("nlu-inbox", "/nlu/inbox"),
    Screen("nlu-entities", "/nlu/entities/", with_names_found),
    Screen("nlu-entity", "/nlu/entities/regex/?name=coupon_code", with_a_refusal),
    Screen("nlu-evaluation", "/nlu/evaluation/"),
    Screen("nlu-mood", "/nlu/mood/"),
    Screen("nlu-rasa", "/nlu/rasa/"),
    Screen("health", "/health/"),
    Screen("segments", "/segments/"),
    Screen("segment", "/segments/high_value"),
    Screen("people", "/people"),
    Screen("audit", "/audit"),
    Screen("inbox", "/inbox/"),
    Screen("inbox-conversation", "/inbox/{waiting}"),
    Screen("design", "/design"),
    Screen("not-found", "/no-such-page"),
    Screen("shared-draft", "{shared}", guest=True),
    Screen("shop", "/demo/", with_widget, guest=True),
]


@pytest.fixture(scope="module")
def tour(installation: Installation, browser: Browser) -> Iterator[Tour]:
    """Sign in once; a draft is shared and a visitor waits for a person, so that both can be seen."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: sh tests/install_parts.sh")
    url, waiting = installation.url, "visitor-of-the-tour"
    first = browser.new_context(locale="zh-CN")
    page = first.new_page()
    page.goto(url)
    page.fill("[name=email]", "admin@dialoom.local")
    page.fill("[name=password]", PASSWORD)
    page.click("main button.primary")
    expect(page.locator("#flows h1")).to_be_visible()
    token = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
    answer = page.request.post(f"{url}/try/compensation/share", headers={"X-CSRFToken": token})
    shared = answer.text().split('value="')[1].split('"')[0]
    page.request.post(f"{url}/connectors/", form={"csrf_token": token, "name": "Orders"})
    said = {"X-CSRFToken": token}
    for key in ("greet", "rec_midrange"):
        page.request.post(f"{url}/experiments/", form={"subject": key}, headers=said)
    page.request.post(f"{url}/experiments/rec_midrange/start", headers=said)
    for kind, name, lines in NAMES:
        form = {"csrf_token": token, "name": name, "lines:": lines}
        page.request.post(f"{url}/nlu/entities/{kind}/", form=form)
    page.fill("#new-flow", "lookup")
    page.locator("#flows form button").first.click()
    drawn(page)
    page.locator("#palette [data-add=request]").click()
    expect(page.locator("#inspector form")).to_be_visible()
    for words in ("你好", "我要找人工客服"):
        installation.say(waiting, words)
    page.close()
    kept: Any = first.storage_state()
    english = browser.new_context(locale="en-GB", storage_state=kept)
    contexts = {("zh", False): first, ("en", False): english}
    contexts |= {("zh", True): browser.new_context(locale="zh-CN")}
    contexts |= {("en", True): browser.new_context(locale="en-GB")}
    PICTURES.mkdir(parents=True, exist_ok=True)
    yield Tour(url, contexts, shared, waiting)
    first.request.post(f"{url}/inbox/{waiting}/back", headers={"X-CSRFToken": token})
    for context in contexts.values():
        context.close()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
def test_a_screen_keeps_nobody_out_and_fits(tour: Tour, screen: Screen) -> None:
    tour.errors.clear()
    wrong = []
    page = tour.page("zh", screen)
    page.evaluate(AXE.read_text("utf-8"))
    for theme, width in SETTINGS:
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        where = f"{theme}-{width}"
        page.screenshot(path=PICTURES / f"{screen.name}-{where}-zh.png")
        over = page.evaluate(SCROLLS)
        if over > 0:
            wrong.append(f"{where}: the page is {over} px too wide")
        if (theme, width) != WITHOUT_AXE:
            wrong += [f"{where}: {found}" for found in page.evaluate(LOOK, screen.part)]
    page.close()
    page = tour.page("en", screen)
    page.screenshot(path=PICTURES / f"{screen.name}-light-{WIDE}-en.png")
    page.close()
    wrong += [f"error: {error}" for error in tour.errors]
    assert not wrong, "\n".join(wrong)
