// Says every few seconds that this tab is here, and takes in what others changed meanwhile.
const EVERY = 3_000, TOGETHER = 1_000, HIDDEN = 15_000;

export class Presence {
  constructor({ surface, cards, edits, inspector }) {
    Object.assign(this, { surface, cards, edits, inspector, tab: crypto.randomUUID?.() ?? String(Math.random()) });
    addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.tell(); });
    cards.onRead.push(() => this.mark());
    this.tell();
  }

  async tell() {
    clearTimeout(this.later);
    const step = this.inspector.panel.hidden ? "" : (this.inspector.shown ?? "");
    await this.edits.askQuietly(this.surface.dataset.presenceUrl, { tab: this.tab, step });
    this.mark();
    this.later = setTimeout(() => this.tell(), document.hidden ? HIDDEN : this.alone() ? EVERY : TOGETHER);
  }

  /** Show at which cards the others are. */
  mark() {
    for (const card of this.surface.querySelectorAll(".card[data-other]")) delete card.dataset.other;
    for (const person of document.querySelectorAll("#presence [data-at]")) {
      const card = this.cards.get(person.dataset.at);
      if (card) card.element.dataset.other = person.firstElementChild.textContent;
    }
  }

  alone() {
    return !document.querySelector("#presence li");
  }

  leave() {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    const said = new URLSearchParams({ tab: this.tab, leaving: "1", csrf_token: token });
    navigator.sendBeacon(this.surface.dataset.presenceUrl, said);
  }
}
