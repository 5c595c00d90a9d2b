// Search among the cards: typing dims what does not match, Enter goes from match to match.
import { say } from "./say.js";

export class Search {
  constructor({ surface, view, cards }) {
    Object.assign(this, { surface, view, cards, found: [], at: -1 });
    this.field = document.getElementById("step-search");
    if (!this.field) return;
    this.field.addEventListener("input", () => { this.filter(); this.announce(); });
    this.field.addEventListener("keydown", (event) => this.key(event));
    cards.onRead.push(() => { if (this.field.value.trim()) this.filter(); });
  }

  filter() {
    const wanted = this.field.value.trim().toLowerCase(), current = this.found[this.at];
    this.found = [];
    for (const card of this.cards.all.values()) {
      // Read once: a card that the server drew anew is adopted anew, without words.
      card.words ??= `${card.key} ${card.element.textContent}`.toLowerCase();
      const hit = card.words.includes(wanted);
      if (card.dim === hit) this.cards.setDim(card, !hit);
      if (hit && wanted) this.found.push(card.key);
    }
    this.surface.classList.toggle("searching", Boolean(wanted));
    this.cards.far.spoil();
    // In reading order, left to right: that is how a flow runs.
    this.found.sort((a, b) => this.cards.get(a).x - this.cards.get(b).x || this.cards.get(a).y - this.cards.get(b).y);
    this.at = this.found.indexOf(current);
  }

  announce() { if (this.field.value.trim()) say("found", String(this.found.length)); }

  key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter") this.next(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && this.field.value) this.clear();
    else if (event.key === "Escape") this.cards.focus(this.cards.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  next(by) {
    const many = this.found.length;
    if (!many) { this.announce(); return; }
    this.at = this.at < 0 ? (by > 0 ? 0 : many - 1) : (this.at + by + many) % many;
    const key = this.found[this.at], card = this.cards.get(key);
    this.cards.select([key]);
    this.cards.setActive(key);
    this.view.lookAt(this.cards.boxOf(card), Math.max(this.view.k, 0.7));
    say("match", this.cards.name(key), `${this.at + 1}/${many}`);
  }

  clear() {
    this.field.value = "";
    this.filter();
  }
}
