// Every link as a path in one SVG layer; only what moved is drawn again.
import { WIDTH } from "./board.js";

const NS = "http://www.w3.org/2000/svg";

export class Links {
  constructor(layer, board) {
    this.layer = layer;
    this.board = board;
    this.paths = new Map();
    layer.innerHTML = '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 1 L9 5 L0 9z"/></marker></defs>';
    this.rubber = document.createElementNS(NS, "path");
    this.rubber.setAttribute("class", "rubber");
    layer.append(this.rubber);
  }

  readAll() {
    const seen = new Set();
    for (const card of this.board.cards.values()) {
      for (const link of card.links) {
        if (!link.to || !this.board.cards.has(link.to)) continue;
        const id = `${card.key}|${link.port}|${link.to}`;
        seen.add(id);
        if (!this.paths.has(id)) this.add(id, card.key, link);
      }
    }
    for (const [id, path] of this.paths) {
      if (!seen.has(id)) { path.element.remove(); this.paths.delete(id); }
      else this.route(path);
    }
    this.mark();
  }

  add(id, from, link) {
    const element = document.createElementNS(NS, "path");
    element.setAttribute("class", "wire");
    element.setAttribute("marker-end", "url(#arrow)");
    Object.assign(element.dataset, { from, port: link.port, to: link.to });
    this.layer.append(element);
    this.paths.set(id, { element, from, port: link.port, to: link.to, off: false });
  }

  route(path) {
    const from = this.board.cards.get(path.from), to = this.board.cards.get(path.to);
    if (!from || !to) return;
    const start = this.start(from, path.port), end = [to.x - 2, to.y + 20];
    path.box = [Math.min(start[0], end[0]) - 80, Math.min(start[1], end[1]) - 80, Math.max(start[0], end[0]) + 80, Math.max(start[1], end[1]) + 80];
    path.element.setAttribute("d", curve(start, end));
  }

  start(card, port) { return [card.x + WIDTH + 1, card.y + (card.ports.get(port) ?? card.h / 2)]; }

  moved(keys) {
    for (const path of this.paths.values()) if (keys.has(path.from) || keys.has(path.to)) this.route(path);
  }

  cull(s) {
    for (const path of this.paths.values()) {
      const b = path.box, off = !b || b[0] > s.right || b[2] < s.left || b[1] > s.bottom || b[3] < s.top;
      if (off !== path.off) { path.off = off; path.element.classList.toggle("off", off); }
    }
  }

  mark() {
    for (const path of this.paths.values()) {
      path.element.classList.toggle("marked", this.board.selected.has(path.from) || this.board.selected.has(path.to));
    }
  }

  stretch(card, port, to) { this.rubber.setAttribute("d", to ? curve(this.start(card, port), to) : ""); }
}

function curve([x1, y1], [x2, y2]) {
  const reach = Math.max(40, Math.min(160, Math.abs(x2 - x1) / 2 + (x2 < x1 ? 80 : 0)));
  return `M${x1} ${y1} C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}`;
}
