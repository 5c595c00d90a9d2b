// Everything the pointer does, by keyboard: go between cards, open, move, link, add, delete, undo, zoom.
import { GRID, WIDTH } from "./cards.js";
import { say } from "./say.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NUDGE_REST = 450, PAN = 60, ZOOM = 1.25;

export class Keyboard {
  constructor(parts) {
    Object.assign(this, parts, { linking: null, nudged: new Set() });
    const { surface } = parts;
    surface.addEventListener("keydown", (event) => this.key(event));
    surface.addEventListener("keyup", (event) => this.released(event));
    surface.addEventListener("focusin", () => this.aim());
    surface.addEventListener("focusout", () => this.settle());
    // A press without a pointer, as screen readers make it.
    surface.addEventListener("click", (event) => { if (event.detail === 0) this.pressed(event); });
    document.addEventListener("keydown", (event) => this.anywhere(event));
  }

  /** Keys that work on the whole page, but never while somebody types. */
  anywhere(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog"), key = event.key.toLowerCase();
    if (typing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      this.settle();
      this.edits.turn(key === "y" || event.shiftKey ? "redo" : "undo");
    } else if (key === "/") document.getElementById("step-search")?.focus();
    else return;
    event.preventDefault();
  }

  key(event) {
    if (event.target.closest(".add-here, #canvas-notice, #arrange, .link-bar") || event.altKey) return;
    this.surface.classList.remove("by-pointer");
    const at = event.target.closest(".card")?.dataset.step ?? null;
    const command = event.ctrlKey || event.metaKey;
    if (command ? this.commanded(event.key.toLowerCase()) : this.plain(event, at)) event.preventDefault();
  }

  commanded(key) {
    if (key === "d" && this.cards.selected.size) { this.does.duplicate(); return true; }
    if (key !== "a") return false;
    this.cards.select([...this.cards.all.keys()]);
    say("selected", String(this.cards.selected.size));
    return true;
  }

  zoomToChosen() {
    const boxes = [...this.cards.selected].map((key) => this.cards.boxOf(this.cards.get(key)));
    if (!boxes.length) return;
    this.view.fit({
      left: Math.min(...boxes.map((box) => box.left)), top: Math.min(...boxes.map((box) => box.top)),
      right: Math.max(...boxes.map((box) => box.right)), bottom: Math.max(...boxes.map((box) => box.bottom)),
    });
  }

  /** Do what a key without Ctrl means; say whether it meant anything. */
  plain(event, at) {
    const { key } = event, port = event.target.closest(".port")?.dataset.port;
    if (ARROWS[key]) return this.arrow(ARROWS[key], event.shiftKey, at);
    if (this.linking && this.whileLinking(key, at)) return true;
    if ((key === "Enter" || key === " ") && port !== undefined) return this.beginLink(at, port);
    if (key === " ") { this.drag.space ||= "down"; this.surface.classList.add("may-pan"); return true; }
    const does = {
      Enter: () => at && (this.cards.select([at]), this.inspector.open(at)),
      Delete: () => this.remove(at),
      Backspace: () => this.remove(at),
      Escape: () => this.cards.select([]),
      l: () => at && this.beginLink(at, port),
      a: () => at && this.addBeside(at, port),
      f: () => this.view.fit(this.cards.bounds()),
      z: () => this.zoomToChosen(),
      n: () => this.does.note(),
      t: () => at && this.writeOn(at, port),
      "+": () => this.zoom(ZOOM),
      "=": () => this.zoom(ZOOM),
      "-": () => this.zoom(1 / ZOOM),
      0: () => this.zoom(1 / this.view.k),
    }[key.length === 1 ? key.toLowerCase() : key];
    does?.();
    return Boolean(does);
  }

  zoom(factor) {
    this.view.zoom(factor);
    say("zoomed", String(Math.round(this.view.k * 100)));
  }

  // Going about.
  arrow([dx, dy], shift, at) {
    if (!at && shift) this.view.pan(-dx * PAN, -dy * PAN);
    else if (!at) this.go(this.cards.active);
    else if (shift && !this.linking) this.nudge(at, dx, dy);
    else this.go(this.nearest(at, dx, dy));
    return true;
  }

  go(key) {
    if (!this.cards.has(key)) return;
    this.cards.focus(key);
    if (!this.linking) this.cards.select([key]);
  }

  /** Give the nearest card in a direction; one straight ahead wins over a nearer one off to the side. */
  nearest(from, dx, dy) {
    const a = this.cards.get(from);
    let best = null, least = Infinity;
    for (const b of this.cards.all.values()) {
      const x = b.x - a.x, y = b.y + b.h / 2 - a.y - a.h / 2;
      const along = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (b === a || along <= 0 || aside > along * 4 + WIDTH / 2) continue;
      const far = along + aside * 2;
      if (far < least) { least = far; best = b.key; }
    }
    return best;
  }

  /** Move the chosen cards by one dot; one edit is sent when the keys rest. */
  nudge(at, dx, dy) {
    const keys = this.cards.selected.has(at) ? [...this.cards.selected] : [at];
    for (const key of keys) {
      const card = this.cards.get(key);
      card.held = true;
      this.cards.moveTo(card, card.x + dx * GRID, card.y + dy * GRID);
      this.nudged.add(key);
    }
    this.links.moved(keys);
    this.view.reveal(this.cards.boxOf(this.cards.get(at)));
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.settle(), NUDGE_REST);
  }

  settle() {
    clearTimeout(this.resting);
    if (!this.nudged.size) return;
    const cards = [...this.nudged].map((key) => this.cards.get(key)).filter(Boolean);
    this.nudged.clear();
    this.edits.move(cards);
    for (const card of cards) card.held = false;
  }

  // Linking: choose a port, go to a card, press Enter.
  beginLink(key, port) {
    const chosen = port ?? this.freePort(key);
    if (chosen === undefined) { say("no_port", this.cards.name(key)); return true; }
    this.linking = { key, port: chosen };
    this.surface.classList.add("linking");
    this.sayLinking();
    this.aim();
    return true;
  }

  freePort(key) {
    const { links } = this.cards.get(key);
    return (links.find((link) => !link.to) ?? links[0])?.port;
  }

  whileLinking(key, at) {
    const { key: from, port } = this.linking;
    if (key === "Enter" && at && at !== from) { this.endLink(); this.edits.link(from, port, at); }
    else if (key === "Enter") this.sayLinking();
    else if (key === "Escape") { this.endLink(); say("cancelled"); this.cards.focus(from); }
    else if (key === "Backspace" || key === "Delete") { this.endLink(); this.edits.link(from, port, ""); this.cards.focus(from); }
    else if (key.toLowerCase() === "a") this.addBeside(from, port);
    else if (key.toLowerCase() === "t") this.writeOn(from, port);
    else if (key.toLowerCase() === "l") this.otherPort();
    else return false;
    return true;
  }

  /** Pressing L again goes to the next way out. */
  otherPort() {
    const ports = this.cards.get(this.linking.key).links.map((link) => link.port);
    this.linking.port = ports[(ports.indexOf(this.linking.port) + 1) % ports.length];
    this.sayLinking();
    this.aim();
  }

  sayLinking() {
    const { key, port } = this.linking, label = this.cards.get(key).links.find((link) => link.port === port)?.label;
    say("link_from", this.cards.name(key), label || port);
  }

  /** Let the line show where the link would go: to the card that has the focus. */
  aim() {
    if (!this.linking) return;
    const { key, port } = this.linking, from = this.cards.get(key), at = this.cards.get(this.cards.focused?.key);
    if (!from) { this.endLink(); return; }
    this.target?.classList.remove("target");
    this.target = at && at !== from ? at.element : null;
    this.target?.classList.add("target");
    const [x, y] = this.cards.exit(from, port);
    this.links.stretch(from, port, this.target ? at : [x + 70, y]);
    if (this.target) say("link_to", this.cards.name(at.key));
  }

  /** Write on the link of a port, or on the first link out of a card. */
  writeOn(key, port) {
    const chosen = port ?? this.cards.get(key).links.find((link) => link.to)?.port;
    if (this.linking) this.endLink();
    if (!this.labels.writeAt(key, chosen)) say("no_link", this.cards.name(key));
  }

  endLink() {
    this.linking = null;
    this.surface.classList.remove("linking");
    this.target?.classList.remove("target");
    this.links.letGo();
  }

  addBeside(key, port) {
    const chosen = port ?? this.freePort(key);
    if (this.linking) this.endLink();
    if (chosen === undefined) say("no_port", this.cards.name(key));
    else this.menu.openBeside(key, chosen);
  }

  remove(at) {
    this.settle();
    const link = this.links.selected, { selected } = this.cards;
    if (link) this.edits.link(link.from, link.port, "");
    else if (selected.size) this.edits.remove([...selected]);
    else if (at) this.edits.remove([at]);
  }

  /** Space held down pans; pressed for itself it chooses one more card. */
  released(event) {
    if (event.key !== " " || !this.drag.space) return;
    const at = event.target.closest(".card")?.dataset.step, panned = this.drag.space === "used";
    this.drag.space = "";
    this.surface.classList.remove("may-pan");
    if (!at || panned) return;
    this.cards.toggle(at);
    say("selected", String(this.cards.selected.size));
  }

  pressed(event) {
    const card = event.target.closest(".card"), port = event.target.closest(".port");
    if (port) this.beginLink(card.dataset.step, port.dataset.port);
    else if (card) this.inspector.open(card.dataset.step);
  }
}
