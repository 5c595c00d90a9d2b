// Everything by keyboard: move between cards, open, move, link, delete, undo, zoom.
import { WIDTH } from "./board.js";

const STEP = 10;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Keyboard {
  constructor(surface, board, edits) {
    Object.assign(this, { surface, board, edits, linking: null });
    surface.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => this.anywhere(event));
  }

  anywhere(event) {
    const typing = event.target.closest?.("input, textarea, select");
    const command = event.ctrlKey || event.metaKey, key = event.key.toLowerCase();
    if (command && !typing && (key === "z" || key === "y")) {
      event.preventDefault();
      document.getElementById(key === "y" || event.shiftKey ? "redo" : "undo")?.click();
    } else if (event.key === "/" && !typing) {
      event.preventDefault();
      document.getElementById("step-search").focus();
    }
  }

  key(event) {
    if (event.target.closest(".add-here")) return;
    const current = document.activeElement.closest?.(".card")?.dataset.step;
    const arrow = ARROWS[event.key];
    if (arrow) this.arrow(event, current, arrow);
    else if (event.ctrlKey || event.metaKey) { if (event.key.toLowerCase() === "a") this.all(event); return; }
    else if (event.key === "Escape" && this.linking) this.cancel();
    else if (event.key === "Enter" && this.linking) this.link(current);
    else if (event.key === "Enter" && current && !event.target.closest(".port")) this.board.open(current);
    else if (event.key === "Enter" && current) this.begin(current, event.target.dataset.port);
    else if (event.key.toLowerCase() === "l" && current) this.begin(current, null);
    else if (event.key === "Delete" || event.key === "Backspace") this.remove(current);
    else if (event.key === "+" || event.key === "=") this.board.zoomBy(1.25);
    else if (event.key === "-") this.board.zoomBy(0.8);
    else if (event.key === "0") this.board.zoomBy(1 / this.board.view.k);
    else if (event.key.toLowerCase() === "f") this.board.fit();
    else return;
    event.preventDefault();
  }

  arrow(event, current, [dx, dy]) {
    if (!current) { const first = this.board.cards.keys().next().value; if (first) this.go(first); return; }
    if (event.shiftKey) {
      const card = this.board.cards.get(current);
      this.board.moveTo(card, card.x + dx * STEP, card.y + dy * STEP);
      this.board.links.moved(new Set([current]));
      clearTimeout(this.moving);
      this.moving = setTimeout(() => this.edits.move([card]), 400);
      return;
    }
    const next = this.nearest(current, dx, dy);
    if (next) this.go(next);
  }

  go(key) {
    this.board.focus(key);
    if (!this.linking) this.board.select([key]);
    else this.board.links.stretch(this.board.cards.get(this.linking.key), this.linking.port, [this.board.cards.get(key).x, this.board.cards.get(key).y + 20]);
  }

  nearest(from, dx, dy) {
    const a = this.board.cards.get(from);
    let best = null, least = Infinity;
    for (const b of this.board.cards.values()) {
      const x = b.x - a.x, y = b.y + b.h / 2 - a.y - a.h / 2;
      const along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (b === a || along <= 0) continue;
      const far = along + aside * 2;
      if (far < least) { least = far; best = b.key; }
    }
    return best;
  }

  begin(key, port) {
    const card = this.board.cards.get(key);
    const chosen = port ?? (card.links.find((link) => !link.to) ?? card.links[0])?.port;
    if (!chosen) return;
    this.linking = { key, port: chosen };
    this.board.links.stretch(card, chosen, [card.x + WIDTH + 60, card.y + 20]);
    this.board.say("link_from", this.board.name(key));
  }

  link(to) {
    const { key, port } = this.linking;
    this.cancel();
    if (to && to !== key) this.edits.link(key, port, to);
  }

  cancel() {
    this.linking = null;
    this.board.links.stretch(null, "", null);
    this.board.say("cancelled");
  }

  remove(current) {
    if (this.linking) { const { key, port } = this.linking; this.cancel(); this.edits.link(key, port, ""); return; }
    const keys = this.board.selected.size ? [...this.board.selected] : current ? [current] : [];
    if (!keys.length) return;
    const next = this.nearest(keys[0], -1, 0) ?? this.nearest(keys[0], 1, 0);
    this.edits.remove(keys);
    if (next && !keys.includes(next)) this.go(next); else this.surface.focus();
  }

  all(event) {
    event.preventDefault();
    this.board.select([...this.board.cards.keys()]);
  }
}
