"""Draws what was measured as pictures for the documentation: plain SVG, shot by Chromium."""

import math
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
WIDE, HIGH, LEFT, BELOW = 520, 300, 64, 44
TITLES = {
    "steps": ("CPU of a turn, by steps in the flow", "steps", "µs"),
    "rules": ("CPU of a turn, by rules", "rules", "µs"),
    "sessions": ("CPU of a turn, by sessions in Redis", "sessions", "µs"),
    "workers": ("Turns a second, by web processes", "web processes", "/s"),
}
Points = list[tuple[float, float]]


async def draw(found: dict[str, Points]) -> None:
    """Draw all of it into one picture, docs/images/scaling.png; nothing without Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("No picture was drawn: Chromium is not installed.")
        return
    charts = "".join(_chart(points, *TITLES[name]) for name, points in found.items())
    style = "body{margin:16px;background:#fff;width:1072px;display:flex;flex-wrap:wrap;gap:16px}"
    page_text = f"<style>{style} text{{font:13px sans-serif;fill:#1b2430}}</style>{charts}"
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1104, "height": 680})
        await page.set_content(page_text)
        await page.screenshot(path=IMAGES / "scaling.png")
        await browser.close()


def _chart(points: Points, title: str, below: str, unit: str) -> str:
    """Draw one line from 0 up; a range of more than a hundred goes by its logarithm."""
    xs = [x for x, _y in points]
    is_log = max(xs) > 20 * min(xs)
    top = max(y for _x, y in points) * 1.2

    def across(x: float) -> float:
        low, high = min(xs), max(xs)
        share = math.log(x / low) / math.log(high / low) if is_log else (x - low) / (high - low)
        return LEFT + 20 + share * (WIDE - LEFT - 60)

    def up(y: float) -> float:
        return HIGH - BELOW - y / top * (HIGH - BELOW - 46)

    line = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
    marks = "".join(
        f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="4" fill="#4f46e5"/>'
        f'<text x="{across(x):.1f}" y="{up(y) - 10:.1f}" text-anchor="middle">{y:,.0f}</text>'
        f'<text x="{across(x):.1f}" y="{HIGH - BELOW + 18}" text-anchor="middle">{x:,.0f}</text>'
        for x, y in points
    )
    return (
        f'<svg width="{WIDE}" height="{HIGH}" style="border:1px solid #dfe3e8;border-radius:8px">'
        f'<text x="16" y="24" style="font-weight:600">{title}</text>'
        f'<text x="16" y="{up(top / 1.2):.0f}">{unit}</text>'
        f'<line x1="{LEFT}" y1="{up(0):.0f}" x2="{WIDE - 20}" y2="{up(0):.0f}" stroke="#9aa6b6"/>'
        f'<polyline points="{line}" fill="none" stroke="#4f46e5" stroke-width="2"/>{marks}'
        f'<text x="{WIDE / 2}" y="{HIGH - 8}" text-anchor="middle">{below}</text></svg>'
    )
