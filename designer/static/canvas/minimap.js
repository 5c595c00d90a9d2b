// The whole flow in a corner; press or drag in it to move the view.
import { WIDTH } from "./cards.js";

const TINTS = { say: "#4f7cf7", ask: "#0d9488", branch: "#d97706", set: "#9333ea", call: "#0ea5e9", handover: "#dc2626", end: "#64748b" };
const PAD = 8, MOST = 0.16, LEAST_SIDE = 3;

export class Minimap {
  constructor({ view, cards }) {
    Object.assign(this, { view, cards, home: document.getElementById("minimap") });
    this.canvas = this.home.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    this.home.addEventListener("pointerdown", (event) => this.down(event));
    this.home.addEventListener("pointermove", (event) => { if (this.home.hasPointerCapture(event.pointerId)) this.jump(event); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.dress());
    new MutationObserver(() => this.dress()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    new ResizeObserver(() => this.resize()).observe(this.home);
    view.after.push(() => this.draw());
    this.resize();
    this.dress();
  }

  resize() {
    const sharp = Math.min(2, devicePixelRatio || 1);
    Object.assign(this, { sharp, width: this.home.clientWidth, height: this.home.clientHeight });
    this.canvas.width = this.width * sharp;
    this.canvas.height = this.height * sharp;
    this.view.changed();
  }

  /** Read the colours once a theme: asking for a style in a frame would cost a restyle of the page. */
  dress() {
    const style = getComputedStyle(this.home);
    this.accent = style.getPropertyValue("--accent").trim() || "#4f46e5";
    this.view.changed();
  }

  draw() {
    if (!this.width) return;
    const { pen, view } = this, seen = view.sight(), box = this.cards.bounds() ?? seen;
    const left = Math.min(box.left, seen.left), top = Math.min(box.top, seen.top);
    const right = Math.max(box.right, seen.right), bottom = Math.max(box.bottom, seen.bottom);
    const scale = Math.min((this.width - 2 * PAD) / (right - left), (this.height - 2 * PAD) / (bottom - top), MOST);
    const x = this.width / 2 - ((left + right) / 2) * scale, y = this.height / 2 - ((top + bottom) / 2) * scale;
    this.map = { scale, x, y };
    pen.setTransform(this.sharp, 0, 0, this.sharp, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    for (const card of this.cards.all.values()) {
      pen.fillStyle = this.cards.selected.has(card.key) ? this.accent : TINTS[card.kind] ?? "#888";
      pen.fillRect(card.x * scale + x, card.y * scale + y, Math.max(LEAST_SIDE, WIDTH * scale), Math.max(LEAST_SIDE, card.h * scale));
    }
    this.frame(seen);
  }

  frame(seen) {
    const { pen } = this, { scale, x, y } = this.map;
    pen.beginPath();
    pen.roundRect(seen.left * scale + x, seen.top * scale + y, (seen.right - seen.left) * scale, (seen.bottom - seen.top) * scale, 3);
    pen.globalAlpha = 0.08;
    pen.fillStyle = this.accent;
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = this.accent;
    pen.lineWidth = 1.5;
    pen.stroke();
  }

  down(event) {
    event.preventDefault();
    this.home.setPointerCapture(event.pointerId);
    // The map grows and shrinks with the view; while it is pressed it keeps the scale it was pressed at.
    this.held = { ...this.map, box: this.home.getBoundingClientRect() };
    this.jump(event);
  }

  jump(event) {
    const { scale, x, y, box } = this.held;
    const px = (event.clientX - box.left - x) / scale, py = (event.clientY - box.top - y) / scale;
    this.view.lookAt({ left: px, right: px, top: py, bottom: py });
  }
}
