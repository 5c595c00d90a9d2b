// What one press of the pointer can become: pan, move cards, pull a link, pinch, or draw a box around cards.
import { WIDTH } from "./cards.js";
import { Guides } from "./guides.js";
import { say } from "./say.js";

export class Pan {
  constructor({ view }, x, y) { Object.assign(this, { view, x, y }); }

  move(x, y) {
    this.view.pan(x - this.x, y - this.y);
    Object.assign(this, { x, y });
  }

  end() {}

  cancel() {}
}

export class MoveCards {
  edges = true;

  constructor({ view, cards, links, edits, notes }, x, y) {
    Object.assign(this, { view, cards, links, edits, notes, along: notes.boxed() });
    this.start = view.toBoard(x, y);
    this.from = [...cards.selected].map((key) => cards.get(key)).map((card) => ({ card, x: card.x, y: card.y }));
    this.keys = this.from.map(({ card }) => card.key);
    for (const { card } of this.from) card.held = true;
    this.lead = this.from.find(({ card }) => card.key === cards.focused?.key) ?? this.from[0];
    this.guides = new Guides({ view, cards }, this.from.map(({ card }) => card));
  }

  move(x, y) {
    const [px, py] = this.view.toBoard(x, y);
    let dx = px - this.start[0], dy = py - this.start[1];
    const [nearX, nearY] = this.guides.pull(this.lead.card, this.lead.x + dx, this.lead.y + dy);
    dx += nearX;
    dy += nearY;
    let moved = false;
    for (const { card, x: fromX, y: fromY } of this.from) moved = this.cards.moveTo(card, fromX + dx, fromY + dy) || moved;
    this.notes.carry(this.along, dx, dy);
    if (moved) this.links.moved(this.keys);
  }

  end() {
    const moved = this.from.filter(({ card, x, y }) => card.x !== x || card.y !== y);
    if (moved.length) this.edits.move(moved.map(({ card }) => card), "move", this.notes.placesOf(this.along));
    for (const { card } of this.from) card.held = false;
    this.guides.end();
  }

  cancel() {
    this.guides.end();
    for (const { card, x, y } of this.from) {
      card.held = false;
      Object.assign(card, { x, y });
      this.cards.place(card);
    }
    this.notes.carry(this.along, 0, 0);
    this.links.moved(this.keys);
    say("cancelled");
  }
}

export class PullLink {
  edges = true;

  constructor({ view, cards, links, edits, menu }, key, port) {
    Object.assign(this, { view, cards, links, edits, menu, key, port, over: null });
  }

  move(x, y) {
    const point = this.view.toBoard(x, y), card = this.cards.at(point);
    this.target(card && card.key !== this.key ? card : null);
    this.links.stretch(this.cards.get(this.key), this.port, this.over ?? point);
  }

  target(card) {
    if (card?.key === this.over?.key) return;
    this.over?.element.classList.remove("target");
    this.over = card;
    card?.element.classList.add("target");
  }

  end(x, y) {
    const over = this.over, point = this.view.toBoard(x, y);
    this.target(null);
    if (over) this.edits.link(this.key, this.port, over.key);
    // Let go over its own card, nothing was meant; over empty space, a new step.
    else if (!this.cards.at(point) && this.menu.open(x, y, this.key, this.port)) return;
    this.links.letGo();
  }

  cancel() {
    this.target(null);
    this.links.letGo();
    say("cancelled");
  }
}

export class Pinch {
  constructor({ view }, pointers) {
    Object.assign(this, { view, pointers });
    this.last = gap(pointers);
  }

  move() {
    if (this.pointers.size < 2) return;
    const now = gap(this.pointers);
    this.view.zoom(now.wide / this.last.wide, now.x, now.y);
    this.view.pan(now.x - this.last.x, now.y - this.last.y);
    this.last = now;
  }

  end() {}

  cancel() {}
}

export class Box {
  edges = true;

  constructor({ surface, view, cards, notes }, x, y) {
    Object.assign(this, { view, cards, notes, kept: [...cards.selected] });
    this.start = view.toBoard(x, y);
    this.frame = surface.querySelector("#viewport").appendChild(document.createElement("div"));
    this.frame.className = "marquee";
  }

  move(x, y) {
    const [px, py] = this.view.toBoard(x, y), [sx, sy] = this.start;
    const left = Math.min(px, sx), top = Math.min(py, sy), right = Math.max(px, sx), bottom = Math.max(py, sy);
    Object.assign(this.frame.style, { transform: `translate(${left}px, ${top}px)`, width: `${right - left}px`, height: `${bottom - top}px` });
    const inside = [...this.cards.all.values()].filter((card) => card.x < right && card.x + WIDTH > left && card.y < bottom && card.y + card.h > top);
    const keys = [...new Set([...this.kept, ...inside.map((card) => card.key)])];
    this.notes.boxing = true;
    if (keys.length !== this.cards.selected.size) this.cards.select(keys);
    this.notes.boxing = false;
    this.notes.box({ left, top, right, bottom });
  }

  end() {
    this.frame.remove();
    say("selected", String(this.cards.selected.size));
  }

  cancel() {
    this.frame.remove();
    this.cards.select(this.kept);
    this.notes.box(null);
  }
}

function gap(pointers) {
  const [a, b] = [...pointers.values()];
  return { wide: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)), x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}
