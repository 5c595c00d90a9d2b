"""What the browser tests share: signing in, and opening a canvas that is ready."""

from playwright.sync_api import Page, expect

from tests.installation import PASSWORD


def sign_in(
    page: Page, url: str, email: str = "admin@dialoom.local", password: str = PASSWORD
) -> None:
    page.goto(url)
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button.primary")
    expect(page.locator("#flows h1")).to_be_visible()


def open_canvas(page: Page, url: str, flow: str) -> None:
    page.goto(f"{url}/flows/{flow}/")
    expect(page.locator("#canvas[data-ready]")).to_be_visible()


def fail_on_errors(page: Page) -> None:
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(error)))
