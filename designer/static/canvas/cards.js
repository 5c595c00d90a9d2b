// The cards as the server drew them: where they stand, how big they are, which are chosen, which are in sight.
import { WIDTH, around, isIn, markOf, measure } from "./card_shape.js";
import { FEW, Far } from "./far.js";
import { freePlace } from "./free_place.js";

export { WIDTH };
export const GRID = 10;
const ENTRY = 20, NEW = 140;
const MARGIN = 0.5, A_FRAME = 30, RING = 2;
const NOWHERE = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

export const snap = (value) => Math.round(value / GRID) * GRID;

export class Cards {
  constructor(surface, view) {
    Object.assign(this, { surface, view, all: new Map(), selected: new Set(), lit: [], active: null, focused: null, box: null });
    this.home = surface.querySelector("#cards");
    this.onRead = [];
    this.onSelect = [];
    this.onPlace = [];
    this.onFollow = [];
    this.placeOf = () => undefined;
    this.linksOf = () => [];
    this.observer = new MutationObserver(() => this.read());
    this.observer.observe(this.home, { childList: true });
    // htmx may put the server's own class and style back when it settles.
    // It says so for every card of an answer, so they are looked at once, in the frame that follows.
    document.addEventListener("htmx:afterSettle", () => { this.settled = true; view.changed(); });
    document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => { if (target.id === "moved") this.follow(JSON.parse(target.textContent)); });
    // Noted on the way down, so that everyone who hears of the focus already finds it here.
    document.addEventListener("focusin", (event) => this.noteFocus(event.target), true);
    surface.addEventListener("keydown", () => this.ring(false), true);
    this.far = new Far(surface, view, this);
    view.isTaken = (box) => [...this.all.values()].some((card) => isIn(box, card));
    view.after.push(() => this.cull());
  }

  get(key) { return this.all.get(key); }

  has(key) { return this.all.has(key); }

  name(key) { return this.get(key)?.title || key; }

  /** Read the page again. A card is measured once, and again only when the server swapped it. */
  read() {
    this.observer.takeRecords();
    const before = this.all, fresh = [];
    this.all = new Map();
    for (const element of this.home.querySelectorAll(":scope > .card")) {
      const key = element.dataset.step, card = before.get(key) ?? { key, held: false };
      this.all.set(key, card);
      if (card.element !== element) fresh.push(this.adopt(card, element));
    }
    // Measured after all are placed: one layout for the page, not one for each card.
    for (const card of fresh) if (!card.ports) measure(card);
    const gone = [...before.values()].filter((card) => !this.has(card.key));
    if (gone.length) this.select([...this.selected].filter((key) => this.has(key)));
    if (fresh.length || gone.length) for (const told of this.onRead) told(new Set(fresh.map((card) => card.key)), gone);
    this.keepFocus(gone);
    this.culledAt = null;
    this.view.changed();
  }

  adopt(card, element) {
    const title = element.querySelector(".card-head strong")?.textContent.trim();
    // A card that only went elsewhere looks as it did: it keeps its size, and stays off the page where it was.
    const same = Boolean(card.ports) && card.element.innerHTML === element.innerHTML, off = same && card.off;
    Object.assign(card, { element, title, kind: element.dataset.kind, mark: markOf(element), dim: false, afar: 0 });
    if (!same) Object.assign(card, { ports: null, words: null });
    this.setOff(card, off);
    this.takeFromPage(card);
    this.dress(card);
    return card;
  }

  takeFromPage(card) {
    const { dataset } = card.element;
    card.links = JSON.parse(dataset.links || "[]");
    for (const link of this.linksOf(card.key)) Object.assign(card.links.find((own) => own.port === link.port) ?? {}, link);
    const place = this.placeOf(card.key) ?? [Number(dataset.x), Number(dataset.y)];
    if (!card.held) [card.x, card.y] = place;
    this.place(card);
  }

  /** Take in where cards stand now of which nothing else changed; most stand there already, as they were moved here. */
  follow(places) {
    const gone = [];
    for (const [key, [x, y]] of Object.entries(places)) {
      const card = this.get(key);
      if (!card) continue;
      Object.assign(card.element.dataset, { x: Math.trunc(x), y: Math.trunc(y) });
      const [nextX, nextY] = this.placeOf(key) ?? [x, y];
      if (card.held || (nextX === card.x && nextY === card.y)) continue;
      Object.assign(card, { x: nextX, y: nextY });
      this.place(card);
      gone.push(key);
    }
    if (!gone.length) return;
    for (const told of this.onFollow) told(gone);
    this.culledAt = null;
    this.view.changed();
  }

  /** Go back to what the server says, for when it refused an edit that was already shown. */
  reset() {
    for (const card of this.all.values()) {
      card.element.classList.remove("leaving");
      this.takeFromPage(card);
    }
    for (const told of this.onRead) told(new Set(this.all.keys()), []);
    this.view.changed();
  }

  dress(card) {
    const { classList } = card.element;
    classList.toggle("selected", this.selected.has(card.key));
    classList.toggle("lit", this.lit.includes(card.key));
    classList.toggle("lit-now", this.lit.at(-1) === card.key);
    if (card.key === this.active) this.setTabbable(card, 0);
  }

  dressAgain() {
    this.settled = false;
    for (const card of this.all.values()) {
      if (card.element.style.transform) continue;
      Object.assign(card, { off: false, afar: 0 });
      this.culledAt = null;
      this.place(card);
      this.dress(card);
    }
  }

  place(card) {
    card.element.style.transform = `translate(${card.x}px, ${card.y}px)`;
    this.box = null;
    for (const told of this.onPlace) told(card);
    if (card.off && card.held) this.culledAt = null;
  }

  moveTo(card, x, y) {
    const nextX = snap(x), nextY = snap(y);
    if (nextX === card.x && nextY === card.y) return false;
    card.x = nextX;
    card.y = nextY;
    this.place(card);
    return true;
  }

  // Geometry.
  boxOf(card) { return { left: card.x, top: card.y, right: card.x + WIDTH, bottom: card.y + card.h }; }

  entry(card) { return [card.x - 1, card.y + ENTRY]; }

  exit(card, port) { return [card.x + WIDTH + 1, card.y + (card.ports.get(port) ?? card.h / 2)]; }

  /** Give the box around all cards; it is kept, as everything that draws asks for it in every frame. */
  bounds() {
    if (!this.all.size) return null;
    return (this.box ??= around(this.all.values()));
  }

  /** Give the topmost card under a point of the board. */
  at([x, y]) {
    let found = null;
    for (const card of this.all.values()) {
      if (x >= card.x && x <= card.x + WIDTH && y >= card.y && y <= card.y + card.h) found = card;
    }
    return found;
  }

  /** Give a place near a point where a new card, or something of another size, lies on nothing; in a part of the board if there is room. */
  freePlace(point, size = [WIDTH, NEW], within = null) {
    return freePlace(this.all.values(), point, size, within).map(snap);
  }

  /** Take cards further than half a screen out of sight out of the layout, and from afar all that the picture shows. */
  cull() {
    if (this.settled) this.dressAgain();
    const { view, culledAt, far } = this, due = far.on ? view.k : [view.x, view.y, view.k, view.width, view.height].join();
    if (culledAt === due) return;
    this.culledAt = due;
    const sight = far.on ? NOWHERE : view.sight(), near = far.on ? NOWHERE : view.sight(MARGIN);
    // Laying cards out takes time, so those that are not seen yet wait until a zoom rests, and crowds come by and by.
    let left = view.k === this.culledK ? A_FRAME : 0;
    const look = far.on ? view.k : 0;
    this.culledK = view.k;
    for (const card of this.all.values()) {
      const stays = isIn(near, card) || this.stays(card);
      if (stays && card.afar !== look) this.dressFor(card, look);
      if (stays === card.off && (!stays || isIn(sight, card) || left-- > 0)) this.setOff(card, !stays);
    }
    if (left < 0) { this.culledAt = null; view.changed(); }
  }

  /** Say whether a card remains on the page wherever it is: what is chosen, moved, pointed at, lit or has the focus. */
  stays(card) {
    const chosen = this.selected.size <= FEW && (card.held || this.selected.has(card.key));
    return chosen || card.key === this.active || card === this.far.pointed || this.lit.includes(card.key, -FEW);
  }

  setOff(card, off) {
    card.off = off;
    card.element.classList.toggle("off", off);
    if (!off) card.element.classList.toggle("dim", card.dim);
  }

  /** Dim a card that a search passes over; those off the page only when they come back, as each class costs a restyle. */
  setDim(card, dim) {
    card.dim = dim;
    if (!card.off) card.element.classList.toggle("dim", dim);
  }

  /** Dress a card for being seen from afar at a scale, or close up at none; the ring of a chosen one is as wide at any. */
  dressFor(card, scale) {
    card.afar = scale;
    card.element.classList.toggle("afar", scale > 0);
    if (scale) card.element.style.setProperty("--ring", `${RING / scale}px`);
  }

  // Selection, focus and light.
  select(keys) {
    const wanted = new Set(keys.filter((key) => this.has(key)));
    for (const key of this.selected) if (!wanted.has(key)) this.get(key)?.element.classList.remove("selected");
    for (const key of wanted) this.get(key).element.classList.add("selected");
    // From afar a crowd of chosen cards is drawn in the picture.
    if (Math.max(wanted.size, this.selected.size) > FEW && this.far.on) this.far.spoil();
    this.selected = wanted;
    this.culledAt = null;
    for (const told of this.onSelect) told();
    this.view.changed();
  }

  toggle(key) {
    this.select(this.selected.has(key) ? [...this.selected].filter((other) => other !== key) : [...this.selected, key]);
  }

  focus(key, reveal = true) {
    const card = this.get(key);
    if (!card) return;
    this.setActive(key);
    this.setOff(card, false);
    card.element.focus({ preventScroll: true });
    if (reveal) this.view.reveal(this.boxOf(card));
  }

  /** Let Tab stop at one card and its ports only; arrows do the rest. */
  setActive(key) {
    if (this.active !== key && this.has(this.active)) this.setTabbable(this.get(this.active), -1);
    this.active = key;
    this.culledAt = null;
    if (this.has(key)) this.setTabbable(this.get(key), 0);
    this.surface.tabIndex = this.has(key) ? -1 : 0;
  }

  setTabbable(card, tabIndex) {
    card.element.tabIndex = tabIndex;
    for (const port of card.element.querySelectorAll(".port")) port.tabIndex = tabIndex;
  }

  noteFocus(target) {
    const element = target.closest?.(".card");
    const key = element && this.home.contains(element) ? element.dataset.step : null;
    this.focused = key && { key, port: target.closest(".port")?.dataset.port };
    if (key && key !== this.active) this.setActive(key);
    if (key) this.ring(this.surface.classList.contains("by-pointer"));
  }

  /** Who presses a card needs no ring around it. Said at the card: a rule through the surface would restyle every card. */
  ring(hidden) { this.get(this.focused?.key)?.element.classList.toggle("by-pointer", hidden); }

  /** Give the focus back after a swap took the element that had it. */
  keepFocus(gone) {
    if (!this.has(this.active)) this.setActive(this.nextTo(gone.find((card) => card.key === this.active)));
    if (!this.focused || (document.activeElement && document.activeElement !== document.body)) return;
    const key = this.has(this.focused.key) ? this.focused.key : this.active, port = this.focused.port;
    if (!this.has(key)) { this.surface.focus({ preventScroll: true }); return; }
    this.focus(key, false);
    if (port) this.get(key).element.querySelector(`.port[data-port="${CSS.escape(port)}"]`)?.focus({ preventScroll: true });
  }

  /** Give the key of the card nearest to one that goes, the start when there is none. */
  nextTo(card, except = []) {
    const rest = [...this.all.values()].filter((other) => other !== card && !except.includes(other.key));
    if (!card) return (rest.find((other) => "start" in other.element.dataset) ?? rest[0])?.key ?? null;
    const far = (other) => Math.hypot(other.x - card.x, other.y - card.y);
    return rest.reduce((best, other) => (best && far(best) <= far(other) ? best : other), null)?.key ?? null;
  }

  light(steps) {
    this.lit = steps.filter((key) => this.has(key));
    for (const card of this.all.values()) this.dress(card);
    if (this.lit.length) this.view.reveal(this.boxOf(this.get(this.lit.at(-1))));
  }
}
