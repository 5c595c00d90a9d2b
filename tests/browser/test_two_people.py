"""Two people draw in one flow for two hundred random edits: none is lost, both end on the same YAML."""

import random
import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.signing import fail_on_errors, open_canvas, sign_in
from tests.installation import Installation

EDITS = 200
# Through the tab's own queue, so that its answers, merges and polls run as they do under a hand.
SEND = """async (edit) => {
  const { parts } = await import(document.querySelector('script[src*="canvas/main.js"]').src);
  return new Promise((resolve) => {
    const settled = () => {
      if (parts.edits.queue.length || parts.edits.busy) return setTimeout(settled, 5);
      resolve([null, document.querySelector("#state .failed")?.textContent.trim() ?? "", "refused"]);
    };
    parts.edits.send(edit, (keys) => resolve([keys, "", "taken"]));
    setTimeout(settled, 5);
  });
}"""
SHOWN = """() => [...document.querySelectorAll("#cards .card")].map(({ dataset }) => dataset.step).sort()"""


def test_two_hundred_random_edits_of_two_people(
    installation: Installation, browser: Browser
) -> None:
    contexts = [browser.new_context(locale="zh-CN") for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    for page in pages:
        fail_on_errors(page)
        sign_in(page, installation.url)
    pages[0].fill("#new-flow", "together")
    pages[0].locator("#flows form button").first.click()
    expect(pages[0].locator("#canvas[data-ready]")).to_be_visible()
    open_canvas(pages[1], installation.url, "together")
    dice, wanted = random.Random(5), Wanted()
    for _ in range(EDITS):
        wanted.edit(dice, dice.choice(pages))
    seen = []
    for page in pages:
        page.wait_for_timeout(3_500)
        seen.append(drawing(page))
    assert seen[0] == seen[1], "both tabs show the same"
    text = pages[0].request.get(f"{installation.url}/yaml/flows/together.yaml").text()
    for key, at in wanted.places.items():
        assert re.search(rf"{key}: \[{at[0]}, {at[1]}\]", text), (key, at)
        assert seen[0][key][:2] == [at[0], at[1]]
    assert set(seen[0]) == set(wanted.places)
    for (key, port), to in wanted.links.items():
        assert seen[0][key][2].get(port, "") == to, (key, port)
    print(f"\n{wanted.done} of {EDITS} edits taken, {wanted.refused} refused by name")
    assert wanted.done > EDITS * 0.8
    problems = installation.data / "together"
    installation.run("export", str(problems))
    checked = installation.run("check", str(problems), status=1)
    for line in checked.splitlines():
        # Steps drawn at random lead nowhere and say nothing yet; nothing else may be wrong.
        allowed = (
            "dead_end",
            "empty_script",
            "unreachable_step",
            "missing_translation",
            "endless_loop",
            "empty_variant",
        )
        assert "together" not in line or any(code in line for code in allowed), line
    for context in contexts:
        context.close()


class Wanted:
    """What the flow must hold after all edits that were taken."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[int, int]] = {}
        self.links: dict[tuple[str, str], str] = {}
        self.done = self.refused = 0

    def edit(self, dice: random.Random, page: Page) -> None:
        deed = dice.choice(["add", "add", "move", "move", "link", "link", "delete"])
        # Each acts on what their own tab shows: the other's newest edits may not have come yet.
        keys = page.evaluate(SHOWN)
        at = (dice.randrange(0, 2000, 10), dice.randrange(0, 2000, 10))
        if deed == "add" or len(keys) < 4:
            edit = {"op": "add", "kind": dice.choice(["say", "set", "end"]), "at": at}
        elif deed == "move":
            edit = {"op": "move", "places": {dice.choice(keys): at}}
        elif deed == "link":
            edit = {
                "op": "link",
                "from": dice.choice(keys),
                "port": "next",
                "to": dice.choice(keys),
            }
        else:
            edit = {"op": "delete", "keys": [dice.choice(keys)]}
        keys, why, ended = page.evaluate(SEND, edit)
        if ended == "taken":
            self.done += 1
            self.note(edit, keys[0] if keys else "", at)
        else:
            # A refusal says why, by name; ends have no way out, and others' steps are kept.
            self.refused += 1
            assert why, edit

    def note(self, edit: dict, made: str, at: tuple[int, int]) -> None:
        if edit["op"] == "add":
            self.places[made] = at
        elif edit["op"] == "move":
            self.places |= dict.fromkeys(edit["places"], at)
        elif edit["op"] == "link":
            self.links[edit["from"], "next"] = edit["to"]
        else:
            gone = edit["keys"][0]
            del self.places[gone]
            self.links = {
                ends: "" if to == gone else to for ends, to in self.links.items() if ends[0] != gone
            }


def drawing(page: Page) -> dict[str, list[object]]:
    """Give every card as a tab shows it: its place and where its ports lead."""
    found = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll("#cards .card")].map((card) => [
      card.dataset.step, [Number(card.dataset.x), Number(card.dataset.y),
      Object.fromEntries(JSON.parse(card.dataset.links).map(({ port, to }) => [port, to]))]]))""")
    assert isinstance(found, dict)
    return found
