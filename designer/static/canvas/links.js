// Every link as a path in one SVG layer; only the links of what moved are drawn again.
import { boxOf, curvesOf, distance, pathOf, pointAt } from "./curve.js";
import { Detours } from "./detours.js";
import { words } from "./say.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 0.5, REACH = 9, LEAST_BAR = 0.85, UNDER = 12, FEW = 16, REST = 140;
const ARROW = '<defs><marker id="arrow" viewBox="0 0 10 10" refX="8.5" refY="5" markerWidth="11" markerHeight="11" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 1 L9 5 L0 9z"/></marker></defs>';

export class Links {
  constructor(surface, view, cards) {
    cards.far.links = this;
    Object.assign(this, { view, cards, far: cards.far, all: new Map(), touching: new Map(), selected: null, hovered: null });
    this.detours = new Detours(cards);
    this.layer = surface.querySelector("#links");
    this.layer.innerHTML = ARROW;
    this.rubber = this.layer.appendChild(document.createElementNS(SVG, "path"));
    this.rubber.setAttribute("class", "rubber");
    Object.assign(this, barOf(surface));
    cards.onRead.push((changed) => this.read(changed));
    cards.onFollow.push((keys) => this.moved(keys));
    cards.onPlace.push(() => this.settleSoon());
    cards.onSelect.push(() => { this.select(null); this.mark(); });
    view.after.push(() => { this.cull(); if (this.selected) this.placeBar(); });
  }

  /** Bring the paths in line with the cards; draw the new ones and those of changed cards. */
  read(changed) {
    const stale = new Set(this.all.keys());
    for (const card of this.cards.all.values()) {
      for (const { port, to } of card.links) {
        if (!to || !this.cards.has(to)) continue;
        const id = `${card.key}|${port}|${to}`;
        stale.delete(id);
        if (!this.all.has(id)) this.add({ id, from: card.key, port, to });
        else if (changed.has(card.key) || changed.has(to)) this.route(this.all.get(id));
      }
    }
    for (const id of stale) this.remove(this.all.get(id));
    this.mark();
    this.culledAt = null;
  }

  add(link) {
    link.path = document.createElementNS(SVG, "path");
    link.path.setAttribute("class", "wire");
    link.path.setAttribute("marker-end", "url(#arrow)");
    Object.assign(link.path.dataset, { from: link.from, port: link.port, to: link.to });
    // Only lines in sight are on the page: thousands out of sight would slow down every change of style.
    link.off = true;
    this.all.set(link.id, link);
    for (const key of [link.from, link.to]) {
      if (!this.touching.has(key)) this.touching.set(key, new Set());
      this.touching.get(key).add(link);
    }
    this.route(link);
  }

  remove(link) {
    link.path.remove();
    this.all.delete(link.id);
    this.touching.get(link.from).delete(link);
    this.touching.get(link.to).delete(link);
    if (this.selected === link) this.select(null);
    if (this.hovered === link) this.hovered = null;
  }

  /** Lead a link from card to card; ways around others are looked for when it is seen, and is not one of many that move. */
  route(link, isQuick = link.off) {
    const { cards } = this, from = cards.get(link.from), to = cards.get(link.to), ends = [cards.exit(from, link.port), cards.entry(to)];
    link.curves = isQuick ? curvesOf(...ends, cards.boxOf(from), cards.boxOf(to)) : this.detours.curves(...ends, from, to);
    link.quick = isQuick;
    link.box = boxOf(link.curves);
    // A card that is dragged may bring its links into sight.
    if (link.off) this.culledAt = null;
    else this.trace(link);
  }

  trace(link) {
    const drawn = pathOf(link.curves);
    if (drawn !== link.drawn) link.path.setAttribute("d", (link.drawn = drawn));
  }

  /** Draw the links of these cards again. */
  moved(keys) {
    const due = new Set();
    for (const key of keys) for (const link of this.touching.get(key) ?? []) due.add(link);
    for (const link of due) this.route(link, link.off || due.size > FEW);
  }

  /** When cards rest in new places, links find their ways around them. */
  settleSoon() { this.settling ??= setTimeout(() => this.settle(), REST); }

  settle() {
    this.settling = null;
    for (const card of this.cards.all.values()) if (card.held) { this.settleSoon(); return; }
    for (const link of this.all.values()) {
      if (link.off) link.quick = true;
      else this.route(link);
    }
    this.view.changed();
  }

  /** Show the lines in sight; from afar the picture shows them, but for those that are chosen or being moved. */
  cull() {
    const { view, far } = this, due = far.on ? "far" : [view.x, view.y, view.k, view.width, view.height].join();
    if (this.culledAt === due) return;
    this.culledAt = due;
    const sight = view.sight(MARGIN), { out } = far;
    for (const link of this.all.values()) {
      const { box } = link;
      const off = far.on ? !(link.marked || link === this.selected || out.has(link.from) || out.has(link.to))
        : box.left > sight.right || box.right < sight.left || box.top > sight.bottom || box.bottom < sight.top;
      if (off !== link.off) this.setOff(link, off);
    }
  }

  setOff(link, off) {
    link.off = off;
    if (off) { link.path.remove(); return; }
    if (link.quick) this.route(link);
    else this.trace(link);
    this.rubber.before(link.path);
  }

  /** Colour the links of the chosen cards. */
  mark() {
    const { selected } = this.cards, few = selected.size <= 20;
    for (const link of this.all.values()) {
      const marked = few && (selected.has(link.from) || selected.has(link.to));
      if (marked === Boolean(link.marked)) continue;
      link.marked = marked;
      link.path.classList.toggle("marked", marked);
    }
    this.culledAt = null;
  }

  // Picking a line with the pointer: by distance, as a line two pixels wide is hard to hit.
  // From afar lines lie so close that every press would hit one; there the board is meant.
  at(point) {
    if (this.far.on) return null;
    const reach = REACH / this.view.k;
    let found = null, least = reach;
    for (const link of this.all.values()) {
      const { box } = link;
      if (link.off || point[0] < box.left - reach || point[0] > box.right + reach) continue;
      if (point[1] < box.top - reach || point[1] > box.bottom + reach) continue;
      const far = distance(link.curves, point);
      if (far < least) { least = far; found = link; }
    }
    return found;
  }

  hover(point) {
    const link = point && this.at(point);
    if (link === this.hovered) return;
    this.hovered?.path.classList.remove("hovered");
    this.hovered = link;
    link?.path.classList.add("hovered");
  }

  select(link) {
    if (link === this.selected) return;
    this.selected?.path.classList.remove("selected");
    this.selected = link;
    this.bar.hidden = !link || !this.mayEdit;
    if (!link) return;
    link.path.classList.add("selected");
    this.placeBar();
  }

  /** Put the bar of the chosen link under its middle, where its words stand; it keeps its size where the board is small. */
  placeBar() {
    const { curves } = this.selected, [x, y] = pointAt(curves[Math.floor(curves.length / 2)], 0.5);
    const place = `translate(${x}px, ${y}px) scale(${Math.max(1, LEAST_BAR / this.view.k)}) translate(-50%, ${UNDER}px)`;
    if (this.bar.style.transform !== place) this.bar.style.transform = place;
  }

  /** Draw the line that is being pulled from a port; to a card it ends where a link would. */
  stretch(card, port, end) {
    const { cards } = this, start = cards.exit(card, port);
    const curves = end.key ? curvesOf(start, cards.entry(end), cards.boxOf(card), cards.boxOf(end)) : curvesOf(start, end);
    this.rubber.setAttribute("d", pathOf(curves));
  }

  letGo() { this.rubber.removeAttribute("d"); }
}

/** Make the bar of a chosen link: write words on it, or remove it. */
function barOf(surface) {
  const bar = document.createElement("div"), [write, unlink] = ["write", "unlink"].map((name) => {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: name });
    return bar.appendChild(button);
  });
  Object.assign(bar, { className: "link-bar", hidden: true });
  bar.setAttribute("role", "toolbar");
  write.textContent = words("label");
  write.title = "T";
  unlink.textContent = "×";
  unlink.title = words("unlink");
  unlink.setAttribute("aria-label", words("unlink"));
  surface.querySelector("#viewport").append(bar);
  return { bar, write, unlink, mayEdit: Boolean(surface.dataset.mayEdit) };
}
