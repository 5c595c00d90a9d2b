// The view over the board: pan, zoom, fit. Everything that follows the view is drawn once a frame.
import { Margins } from "./margins.js";

export const FAR = 0.4;
const LEAST = 0.02, MOST = 2;
const DOTS = 20, CLOSEST_DOTS = 14;

export class View {
  constructor(surface) {
    this.surface = surface;
    this.layer = surface.querySelector("#viewport");
    this.keptAs = `dialoom:view:${surface.dataset.flow}`;
    Object.assign(this, { x: 0, y: 0, k: 1, frame: 0, drawn: "" });
    this.before = [];
    this.after = [];
    this.measure();
    this.margins = new Margins(this);
    this.isTaken = () => false;
    this.onResize = [];
    new ResizeObserver(() => this.resized()).observe(surface);
  }

  /** Read where the surface stands on the page; asked for once a gesture, as it costs a layout. */
  measure() {
    const box = this.surface.getBoundingClientRect();
    Object.assign(this, { left: box.left, top: box.top, width: box.width, height: box.height });
  }

  resized() {
    const { width, height } = this;
    this.measure();
    for (const told of this.onResize) told({ width, height });
    this.changed();
  }

  toBoard(clientX, clientY) {
    return [(clientX - this.left - this.x) / this.k, (clientY - this.top - this.y) / this.k];
  }

  center() {
    const { right, bottom } = this.margins.covered();
    return [((this.width - right) / 2 - this.x) / this.k, ((this.height - bottom) / 2 - this.y) / this.k];
  }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.changed();
  }

  /** Zoom about a point of the page, or about the middle. */
  zoom(factor, clientX = this.left + this.width / 2, clientY = this.top + this.height / 2) {
    const k = clamp(this.k * factor, LEAST, MOST), scale = k / this.k;
    const px = clientX - this.left, py = clientY - this.top;
    this.x = px - (px - this.x) * scale;
    this.y = py - (py - this.y) * scale;
    this.k = k;
    this.changed();
  }

  scaleToFit(box, { right, bottom } = this.margins.covered(), pad = 48) {
    const across = (this.width - right - 2 * pad) / (box.right - box.left);
    return clamp(Math.min(across, (this.height - bottom - 2 * pad) / (box.bottom - box.top)), LEAST, 1);
  }

  /** Show a box whole; no card of it may lie under the small map in the corner. */
  fit(box) {
    this.measure();
    if (!box) return;
    const covered = this.margins.covered();
    this.lookAt(box, this.scaleToFit(box, covered), covered);
    const corner = this.margins.corner();
    if (!corner || !this.isTaken(this.onBoard(corner))) return;
    const beside = { ...covered, right: Math.max(covered.right, this.width - corner.left) };
    const above = { ...covered, bottom: Math.max(covered.bottom, this.height - corner.top) };
    const better = this.scaleToFit(box, beside) >= this.scaleToFit(box, above) ? beside : above;
    this.lookAt(box, this.scaleToFit(box, better), better);
  }

  /** Put the middle of a box in the middle of what is not covered. */
  lookAt(box, k = this.k, { right, bottom } = this.margins.covered()) {
    this.k = k;
    this.x = (this.width - right) / 2 - ((box.left + box.right) / 2) * k;
    this.y = (this.height - bottom) / 2 - ((box.top + box.bottom) / 2) * k;
    this.changed();
  }

  /** Move no further than needed to see a box whole. */
  reveal(box, pad = 28) {
    this.measure();
    const { right, bottom } = this.margins.covered();
    this.x += nudge(box.left * this.k + this.x, box.right * this.k + this.x, pad, this.width - right - pad);
    this.y += nudge(box.top * this.k + this.y, box.bottom * this.k + this.y, pad, this.height - bottom - pad);
    this.clear(box, pad);
    this.changed();
  }

  /** Move a box out of the corner with the small map, the shorter way. */
  clear(box, pad) {
    const corner = this.margins.corner(), seen = this.onScreen(box);
    if (!corner || seen.right + pad <= corner.left || seen.bottom + pad <= corner.top) return;
    const left = seen.right + pad - corner.left, up = seen.bottom + pad - corner.top;
    if (up <= left && seen.top - up >= pad) this.y -= up;
    else if (seen.left - left >= pad) this.x -= left;
  }

  /** Say whether a box is seen whole on a surface of a size. */
  isWhole(box, { width, height }) {
    const seen = this.onScreen(box);
    return seen.left >= 0 && seen.top >= 0 && seen.right <= width && seen.bottom <= height;
  }

  onScreen({ left, top, right, bottom }) {
    return { left: left * this.k + this.x, top: top * this.k + this.y, right: right * this.k + this.x, bottom: bottom * this.k + this.y };
  }

  onBoard({ left, top, right, bottom }) {
    return { left: (left - this.x) / this.k, top: (top - this.y) / this.k, right: (right - this.x) / this.k, bottom: (bottom - this.y) / this.k };
  }

  /** Give the part of the board in sight that no panel covers, less a border. */
  free(pad = 28) {
    const { right, bottom } = this.margins.covered(), corner = this.margins.corner();
    const low = Math.max(bottom, corner ? this.height - corner.top : 0);
    return this.onBoard({ left: pad, top: pad, right: this.width - right - pad, bottom: this.height - low - pad });
  }

  /** Give the part of the board in sight, with a margin in screens on every side. */
  sight(margin = 0) {
    const w = this.width / this.k, h = this.height / this.k, left = -this.x / this.k, top = -this.y / this.k;
    return { left: left - w * margin, top: top - h * margin, right: left + w * (1 + margin), bottom: top + h * (1 + margin) };
  }

  changed() { this.frame ||= requestAnimationFrame(() => this.draw()); }

  draw() {
    // The frame counts as asked for until these are done: what they change is drawn in this one.
    for (const step of this.before) step();
    this.frame = 0;
    const transform = `translate(${this.x}px, ${this.y}px) scale(${this.k})`;
    if (transform !== this.drawn) this.apply(transform);
    for (const step of this.after) step();
  }

  apply(transform) {
    this.drawn = transform;
    this.layer.style.transform = transform;
    // Words too small to read are not drawn; with hundreds of cards in sight that is most of the painting.
    this.layer.classList.toggle("far", this.k < FAR);
    let gap = DOTS * this.k;
    while (gap < CLOSEST_DOTS) gap *= 2;
    // Written as properties: a custom property would be inherited, and restyle every card each frame.
    this.surface.style.backgroundSize = `${gap}px ${gap}px`;
    this.surface.style.backgroundPosition = `${this.x % gap}px ${this.y % gap}px`;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), 250);
  }

  keep() { sessionStorage.setItem(this.keptAs, JSON.stringify([this.x, this.y, this.k])); }

  /** Take up the view this tab had of the flow; say whether there was one. */
  restore() {
    let kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(this.keptAs)); } catch { /* What cannot be read was not a view. */ }
    if (!Array.isArray(kept) || kept.length !== 3 || !kept.every(Number.isFinite) || kept[2] < LEAST || kept[2] > MOST) return false;
    [this.x, this.y, this.k] = kept;
    this.changed();
    return true;
  }
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

function nudge(start, end, least, most) {
  if (start < least || end - start > most - least) return least - start;
  return end > most ? most - end : 0;
}
