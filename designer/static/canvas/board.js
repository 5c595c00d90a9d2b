// The board: cards where they stand, the view over them, the selection, and what is in sight.
import { Links } from "./links.js";

export const WIDTH = 220;
const LEAST = 0.15, MOST = 2, GRID = 10;

export class Board {
  constructor(surface) {
    this.surface = surface;
    this.viewport = surface.querySelector("#viewport");
    this.home = surface.querySelector("#cards");
    this.cards = new Map();
    this.view = { x: 0, y: 0, k: 1 };
    this.selected = new Set();
    this.links = new Links(surface.querySelector("#links"), this);
    this.onDraw = () => {};
    this.onOpen = () => {};
    this.onChanged = () => {};
  }

  // Reading: the DOM is the model; a card is measured once and again when it was swapped.
  read() {
    this.reading = 0;
    const before = this.cards, changed = [];
    this.cards = new Map();
    for (const element of this.home.querySelectorAll(":scope > .card")) {
      const key = element.dataset.step, old = before.get(key);
      if (old && old.element === element) { this.cards.set(key, old); continue; }
      const card = { key, element, x: Number(element.dataset.x), y: Number(element.dataset.y), links: JSON.parse(element.dataset.links), off: false };
      if (old && old.element.contains(document.activeElement)) element.focus({ preventScroll: true });
      element.classList.toggle("selected", this.selected.has(key));
      this.cards.set(key, card);
      this.place(card);
      this.measure(card);
      if (old) changed.push(key);
    }
    for (const key of this.selected) if (!this.cards.has(key)) this.selected.delete(key);
    const first = this.cards.values().next().value;
    if (first && !this.home.querySelector('.card[tabindex="0"]')) first.element.tabIndex = 0;
    this.links.readAll();
    this.draw();
    for (const key of changed) this.onChanged(key);
  }

  readSoon() { this.reading ||= requestAnimationFrame(() => this.read()); }

  measure(card) {
    card.h = card.element.offsetHeight || 120;
    card.ports = new Map();
    for (const port of card.element.querySelectorAll(".port")) {
      let y = port.offsetHeight / 2, at = port;
      while (at && at !== card.element) { y += at.offsetTop; at = at.offsetParent; }
      card.ports.set(port.dataset.port, y);
    }
  }

  place(card) { card.element.style.transform = `translate(${card.x}px, ${card.y}px)`; }

  moveTo(card, x, y) { card.x = Math.round(x / GRID) * GRID; card.y = Math.round(y / GRID) * GRID; this.place(card); }

  // The view.
  toBoard(clientX, clientY) {
    const box = this.surface.getBoundingClientRect();
    return [(clientX - box.left - this.view.x) / this.view.k, (clientY - box.top - this.view.y) / this.view.k];
  }
  center() { return [(this.surface.clientWidth / 2 - this.view.x) / this.view.k - WIDTH / 2, (this.surface.clientHeight / 2 - this.view.y) / this.view.k - 60]; }

  pan(dx, dy) { this.view.x += dx; this.view.y += dy; this.drawSoon(); }

  zoomBy(factor, clientX, clientY) {
    const box = this.surface.getBoundingClientRect();
    const px = clientX === undefined ? box.width / 2 : clientX - box.left;
    const py = clientY === undefined ? box.height / 2 : clientY - box.top;
    const k = Math.min(MOST, Math.max(LEAST, this.view.k * factor)), scale = k / this.view.k;
    this.view = { k, x: px - (px - this.view.x) * scale, y: py - (py - this.view.y) * scale };
    this.drawSoon();
  }

  bounds() {
    const all = [...this.cards.values()];
    if (!all.length) return null;
    const left = Math.min(...all.map((c) => c.x)), top = Math.min(...all.map((c) => c.y));
    return { left, top, right: Math.max(...all.map((c) => c.x)) + WIDTH, bottom: Math.max(...all.map((c) => c.y + c.h)) };
  }

  fit() {
    const b = this.bounds();
    if (!b) return;
    const w = this.surface.clientWidth, h = this.surface.clientHeight, pad = 40;
    const k = Math.min(1, Math.max(LEAST, Math.min((w - 2 * pad) / (b.right - b.left), (h - 2 * pad) / (b.bottom - b.top))));
    this.view = { k, x: (w - (b.right + b.left) * k) / 2, y: (h - (b.bottom + b.top) * k) / 2 };
    this.drawSoon();
  }

  // The first look at a large flow: its beginning at a size one can read, not all of it as dust.
  begin() {
    this.fit();
    const start = this.home.querySelector("[data-start]"), card = start && this.cards.get(start.dataset.step);
    if (!card || this.view.k >= 0.6) return;
    const k = 0.7;
    this.view = { k, x: 60 - card.x * k, y: this.surface.clientHeight / 2 - (card.y + card.h / 2) * k };
    this.drawSoon();
  }

  reveal(key, always = false) {
    const card = this.cards.get(key);
    if (!card) return;
    const { x, y, k } = this.view, w = this.surface.clientWidth, h = this.surface.clientHeight;
    const left = card.x * k + x, top = card.y * k + y;
    if (!always && left > 0 && top > 0 && left + WIDTH * k < w && top + card.h * k < h) return;
    this.view.x = w / 2 - (card.x + WIDTH / 2) * k;
    this.view.y = h / 2 - (card.y + card.h / 2) * k;
    this.drawSoon();
  }

  restoreView() {
    const kept = sessionStorage.getItem(`view:${this.surface.dataset.flow}`);
    if (!kept) return false;
    this.view = JSON.parse(kept);
    this.drawSoon();
    return true;
  }

  freePlace([x, y]) {
    const taken = (px, py) => [...this.cards.values()].some((c) => Math.abs(c.x - px) < WIDTH + 20 && Math.abs(c.y - py) < c.h + 20);
    for (let i = 0; i < 400 && taken(x, y); i++) { x += 40; if (i % 10 === 9) { x -= 400; y += 60; } }
    return [Math.round(x / GRID) * GRID, Math.round(y / GRID) * GRID];
  }

  // Drawing: one transform for all, cards out of sight are taken out of layout.
  drawSoon() { this.drawing ||= requestAnimationFrame(() => this.draw()); }

  draw() {
    this.drawing = 0;
    const { x, y, k } = this.view;
    this.viewport.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    let grid = 20 * k;
    while (grid < 14) grid *= 2;
    this.surface.style.setProperty("--grid", `${grid}px`);
    this.surface.style.setProperty("--grid-x", `${x}px`);
    this.surface.style.setProperty("--grid-y", `${y}px`);
    const sight = this.sight();
    for (const card of this.cards.values()) {
      const keep = this.selected.has(card.key) || card.element.contains(document.activeElement);
      const off = !keep && !this.inSight(card, sight);
      if (off !== card.off) { card.off = off; card.element.classList.toggle("off", off); }
    }
    this.links.cull(sight);
    this.onDraw();
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => sessionStorage.setItem(`view:${this.surface.dataset.flow}`, JSON.stringify(this.view)), 300);
  }

  sight() {
    const { x, y, k } = this.view, w = this.surface.clientWidth / k, h = this.surface.clientHeight / k;
    return { left: -x / k - w / 2, top: -y / k - h / 2, right: -x / k + w * 1.5, bottom: -y / k + h * 1.5 };
  }
  inSight(card, s) { return card.x < s.right && card.x + WIDTH > s.left && card.y < s.bottom && card.y + card.h > s.top; }

  // Selection and light.
  select(keys) {
    for (const key of this.selected) this.cards.get(key)?.element.classList.remove("selected");
    this.selected = new Set(keys.filter((key) => this.cards.has(key)));
    for (const key of this.selected) this.cards.get(key).element.classList.add("selected");
    this.links.mark();
  }

  focus(key) {
    const card = this.cards.get(key);
    if (!card) return;
    for (const other of this.home.querySelectorAll('.card[tabindex="0"]')) other.tabIndex = -1;
    card.element.classList.remove("off");
    card.off = false;
    card.element.tabIndex = 0;
    card.element.focus({ preventScroll: true });
    this.reveal(key);
  }

  open(key) { this.onOpen(key); }

  light(steps) {
    for (const card of this.cards.values()) {
      card.element.classList.toggle("lit", steps.includes(card.key));
      card.element.classList.toggle("lit-now", steps.at(-1) === card.key);
    }
    if (steps.length) this.reveal(steps.at(-1));
  }

  name(key) { return this.cards.get(key)?.element.querySelector("strong")?.textContent || key; }

  say(what, a = "", b = "") {
    const sentences = JSON.parse(this.surface.dataset.say || "{}");
    const text = (sentences[what] || what).replace("{a}", a).replace("{b}", b);
    document.getElementById("canvas-said").textContent = text;
  }
}
