// The pointer: decides what a press becomes, and lets it move at most once a frame.
import { Box, MoveCards, Pan, Pinch, PullLink } from "./gestures.js";
import { say } from "./say.js";

const CLICK = 4, EDGE = 26, DRIFT = 11, LINE = 16, LONG_PRESS = 500, END = 26;
const OUTSIDE = "#minimap, .add-here, .link-bar, #canvas-notice, #arrange, #overlay-bar, .note, .link-label";

export class Drag {
  constructor(parts) {
    Object.assign(this, parts, { parts, pointers: new Map(), press: null, space: "" });
    const { surface } = parts;
    surface.addEventListener("pointerdown", (event) => this.down(event));
    surface.addEventListener("pointermove", (event) => this.moved(event));
    surface.addEventListener("pointerup", (event) => this.up(event));
    surface.addEventListener("pointercancel", () => this.cancel());
    surface.addEventListener("pointerleave", () => this.links.hover(null));
    surface.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    surface.addEventListener("dblclick", (event) => this.doubled(event));
    // The middle button pans; without this it would also start the browser's own scrolling.
    surface.addEventListener("mousedown", (event) => { if (event.button === 1) event.preventDefault(); });
    document.addEventListener("keydown", (event) => this.escape(event), true);
    this.view.before.push(() => this.step());
  }

  down(event) {
    if (event.target.closest(OUTSIDE) || event.button > 1) return;
    event.preventDefault();
    this.menu.close();
    this.view.measure();
    this.surface.classList.add("by-pointer");
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.surface.setPointerCapture(event.pointerId);
    clearTimeout(this.resting);
    if (event.pointerType === "touch") this.resting = setTimeout(() => this.rests(event), LONG_PRESS);
    if (this.pointers.size === 1) this.press = this.begin(event);
    else if (this.pointers.size === 2) this.pinch();
  }

  /** Note what was pressed; it becomes a gesture when the pointer goes far enough. */
  begin(event) {
    const { clientX: x, clientY: y, shiftKey: shift } = event, { cards, parts } = this;
    const card = event.target.closest(".card")?.dataset.step, port = event.target.closest(".port")?.dataset.port;
    if (this.space) this.space = "used";
    if (event.button === 1 || this.space) return { x, y, make: () => new Pan(parts, x, y), click() {} };
    const mayEdit = Boolean(this.surface.dataset.mayEdit);
    if (port !== undefined && mayEdit) return { x, y, make: () => new PullLink(parts, card, port), click: () => cards.focus(card, false) };
    if (card) return this.pressCard(card, x, y, shift || event.ctrlKey || event.metaKey, mayEdit);
    const point = this.view.toBoard(x, y), link = this.links.at(point);
    const make = () => (shift ? new Box(parts, x, y) : this.pullsEnd(link, point) ?? new Pan(parts, x, y));
    return { x, y, make, click: () => this.clickEmpty(link) };
  }

  /** A link taken near its arrow is led to another card. */
  pullsEnd(link, [x, y]) {
    if (!link || !this.surface.dataset.mayEdit) return null;
    const [ex, ey] = this.cards.entry(this.cards.get(link.to));
    return Math.hypot(x - ex, y - ey) * this.view.k < END ? new PullLink(this.parts, link.from, link.port) : null;
  }

  /** A finger that rests chooses one more card, or offers new steps on empty ground. */
  rests(event) {
    const { press } = this;
    if (!press || press.gesture || this.pointers.size !== 1) return;
    const key = event.target.closest?.(".card")?.dataset.step;
    this.press = { x: press.x, y: press.y, make: press.make, click() {} };
    if (key) { this.cards.toggle(key); say("long_press", this.cards.name(key)); }
    else this.menu.open(event.clientX, event.clientY);
  }

  pressCard(key, x, y, shift, mayEdit) {
    const { cards, parts } = this, was = cards.selected.has(key);
    if (shift) cards.toggle(key);
    else if (!was) cards.select([key]);
    cards.focus(key, false);
    const click = () => {
      if (shift) return;
      cards.select([key]);
      this.inspector.open(key);
    };
    return { x, y, make: () => (mayEdit ? new MoveCards(parts, x, y) : new Pan(parts, x, y)), click };
  }

  clickEmpty(link) {
    if (this.cards.selected.size) this.cards.select([]);
    this.links.select(link);
    this.surface.focus({ preventScroll: true });
  }

  pinch() {
    this.press?.gesture?.cancel();
    this.press = { gesture: new Pinch(this.parts, this.pointers) };
  }

  moved(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) {
      const free = event.pointerType === "mouse" && event.target === this.surface;
      this.links.hover(free ? this.view.toBoard(event.clientX, event.clientY) : null);
      return;
    }
    Object.assign(pointer, { x: event.clientX, y: event.clientY });
    const { press } = this;
    if (!press) return;
    if (!press.gesture && Math.hypot(pointer.x - press.x, pointer.y - press.y) > CLICK) this.start(press);
    press.due = true;
    if (press.gesture) this.view.changed();
  }

  start(press) {
    press.gesture = press.make();
    this.links.hover(null);
    this.surface.classList.add("dragging");
  }

  /** Follow the pointer, once a frame; near an edge the board drifts along. */
  step() {
    const { press } = this, pointer = this.pointers.values().next().value;
    if (!press?.gesture || !pointer) return;
    const drifts = press.gesture.edges && this.drift(pointer);
    if (press.due || drifts) press.gesture.move(pointer.x, pointer.y);
    press.due = false;
  }

  drift({ x, y }) {
    const { view } = this, dx = edge(x - view.left, view.width), dy = edge(y - view.top, view.height);
    if (!dx && !dy) return false;
    // Changing the view from within its frame asks for the next one, so the drift goes on while the pointer rests.
    view.x += dx;
    view.y += dy;
    requestAnimationFrame(() => view.changed());
    return true;
  }

  up(event) {
    if (!this.pointers.has(event.pointerId)) return;
    const { press } = this;
    if (press?.gesture && this.pointers.size === 1) {
      press.gesture.move(event.clientX, event.clientY);
      this.finish();
      press.gesture.end(event.clientX, event.clientY);
    } else if (press && this.pointers.size === 1) {
      this.finish();
      press.click();
    }
    this.pointers.delete(event.pointerId);
    if (this.pointers.size === 1 && this.press) this.panOn();
  }

  /** One finger is left of two: go on panning with it. */
  panOn() {
    const { x, y } = this.pointers.values().next().value;
    this.press = { gesture: new Pan(this.parts, x, y) };
  }

  finish() {
    this.press = null;
    this.surface.classList.remove("dragging");
    this.view.changed();
  }

  cancel() {
    const { press } = this;
    this.pointers.clear();
    this.finish();
    press?.gesture?.cancel();
  }

  escape(event) {
    if (event.key !== "Escape" || !this.press) return;
    event.stopPropagation();
    this.cancel();
  }

  wheel(event) {
    if (event.target.closest(".add-here")) return;
    event.preventDefault();
    this.view.measure();
    const unit = event.deltaMode === 1 ? LINE : event.deltaMode === 2 ? this.view.height : 1;
    const dx = event.deltaX * unit, dy = event.deltaY * unit;
    if (event.ctrlKey || event.metaKey) {
      this.view.zoom(Math.exp(-Math.max(-100, Math.min(100, dy)) / 250), event.clientX, event.clientY);
    } else if (event.shiftKey && !dx) this.view.pan(-dy, 0);
    else this.view.pan(-dx, -dy);
  }

  doubled(event) {
    const point = this.view.toBoard(event.clientX, event.clientY);
    if (event.target.closest(OUTSIDE) || this.cards.at(point)) return;
    const link = this.links.at(point);
    if (link) this.labels.write(link);
    else this.menu.open(event.clientX, event.clientY);
  }
}

function edge(at, size) {
  if (at < EDGE) return DRIFT;
  return at > size - EDGE ? -DRIFT : 0;
}
