// The whole flow in a corner; press or drag in it to move the view.
import { WIDTH } from "./cards.js";
import { tintOf, tokens, whenDressed } from "./colours.js";

const PAD = 8, MOST = 0.16, LEAST_SIDE = 3;
// While a card is dragged, its dot follows this often; every frame would cost more than the dragging.
const REST = 150;

export class Minimap {
  constructor({ view, cards }) {
    Object.assign(this, { view, cards, home: document.getElementById("minimap"), dots: document.createElement("canvas"), due: true });
    this.canvas = this.home.querySelector("canvas");
    this.pen = this.canvas.getContext("2d");
    this.home.addEventListener("pointerdown", (event) => this.down(event));
    this.home.addEventListener("pointermove", (event) => { if (this.home.hasPointerCapture(event.pointerId)) this.jump(event); });
    whenDressed(() => { this.tints = null; this.spoil(); });
    cards.onRead.push(() => { this.tints = null; this.spoil(); });
    cards.onSelect.push(() => this.spoil());
    cards.onPlace.push(() => this.spoilSoon());
    new ResizeObserver(() => this.resize()).observe(this.home);
    view.after.push(() => this.draw());
    this.resize();
  }

  resize() {
    const sharp = Math.min(2, devicePixelRatio || 1);
    Object.assign(this, { sharp, width: this.home.clientWidth, height: this.home.clientHeight });
    this.canvas.width = this.dots.width = this.width * sharp;
    this.canvas.height = this.dots.height = this.height * sharp;
    this.spoil();
  }

  spoil() {
    this.due = true;
    this.view.changed();
  }

  spoilSoon() { this.resting ??= setTimeout(() => { this.resting = null; this.spoil(); }, REST); }

  /** The dots change seldom and are kept; what changes with every move of the view is the frame around what is seen. */
  draw() {
    if (!this.width) return;
    const { pen, view } = this, seen = view.sight(), box = this.cards.bounds() ?? seen;
    const left = Math.min(box.left, seen.left), top = Math.min(box.top, seen.top);
    const right = Math.max(box.right, seen.right), bottom = Math.max(box.bottom, seen.bottom);
    const scale = Math.min((this.width - 2 * PAD) / (right - left), (this.height - 2 * PAD) / (bottom - top), MOST);
    const x = this.width / 2 - ((left + right) / 2) * scale, y = this.height / 2 - ((top + bottom) / 2) * scale;
    const { map } = this;
    if (this.due || map.scale !== scale || Math.abs(map.x - x) > 0.5 || Math.abs(map.y - y) > 0.5) this.dot({ scale, x, y });
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.dots, 0, 0);
    pen.setTransform(this.sharp, 0, 0, this.sharp, 0, 0);
    this.frame(seen);
  }

  dot(map) {
    const pen = this.dots.getContext("2d"), { scale, x, y } = map, least = LEAST_SIDE / scale;
    Object.assign(this, { map, due: false });
    this.tints ??= tintsOf(this.home, this.cards);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.dots.width, this.dots.height);
    pen.setTransform(scale * this.sharp, 0, 0, scale * this.sharp, x * this.sharp, y * this.sharp);
    for (const card of this.cards.all.values()) {
      pen.fillStyle = this.cards.selected.has(card.key) ? this.tints.accent : this.tints[card.kind];
      pen.fillRect(card.x, card.y, Math.max(least, WIDTH), Math.max(least, card.h));
    }
  }

  frame(seen) {
    const { pen } = this, { scale, x, y } = this.map;
    pen.beginPath();
    pen.roundRect(seen.left * scale + x, seen.top * scale + y, (seen.right - seen.left) * scale, (seen.bottom - seen.top) * scale, 3);
    pen.globalAlpha = 0.08;
    pen.fillStyle = this.tints.accent;
    pen.fill();
    pen.globalAlpha = 1;
    pen.strokeStyle = this.tints.accent;
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

/** Read the colours once a theme: asking for a style in every frame would cost a restyle of the page. */
function tintsOf(home, cards) {
  const tints = { accent: tokens(home)("var(--accent)") };
  for (const { kind } of cards.all.values()) tints[kind] ??= tintOf(kind, cards);
  return tints;
}
