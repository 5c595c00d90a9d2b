// Figures of real sessions on cards and links; nothing here counts, the server does.
import { say } from "./say.js";

export class Overlay {
  constructor({ surface, view, cards, labels }) {
    Object.assign(this, { surface, view, cards, labels, figures: null, bar: null });
    cards.onRead.push(() => { if (this.figures) this.draw(); });
  }

  async toggle() {
    if (this.bar) { this.close(); return; }
    const answer = await fetch(this.surface.dataset.overlayUrl);
    if (!answer.ok) return;
    this.surface.insertAdjacentHTML("beforeend", await answer.text());
    this.bar = document.getElementById("overlay-bar");
    this.bar.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.bar.addEventListener("keydown", (event) => event.stopPropagation());
    this.bar.addEventListener("change", () => this.load());
    this.bar.querySelector("[data-close-overlay]").addEventListener("click", () => this.close());
    this.bar.querySelector("select").focus();
    await this.load();
  }

  async load() {
    const [days, release] = [...this.bar.querySelectorAll("select")].map((field) => field.value);
    const answer = await fetch(`${this.bar.dataset.url}?${new URLSearchParams({ days, release })}`);
    if (!answer.ok || !this.bar) return;
    this.figures = await answer.json();
    this.bar.querySelector("output").textContent = this.figures.said;
    this.draw();
  }

  draw() {
    this.wipe();
    for (const [key, { text, title, heat }] of Object.entries(this.figures.cards)) {
      const card = this.cards.get(key);
      if (!card) continue;
      const shown = card.element.appendChild(document.createElement("span"));
      Object.assign(shown, { className: `figure${heat >= 0.3 ? " hot" : ""}`, textContent: text, title });
    }
    this.labels.figures = this.figures.links;
    this.labels.read();
  }

  wipe() { for (const shown of this.surface.querySelectorAll(".figure")) shown.remove(); }

  close() {
    this.bar?.remove();
    Object.assign(this, { bar: null, figures: null });
    this.wipe();
    this.labels.figures = {};
    this.labels.read();
    say("cancelled");
  }
}
