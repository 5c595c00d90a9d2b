// The board from afar. With hundreds of cards in sight, cards and links are drawn as one picture that moves as a whole:
// as elements each of them would be painted again at every move. What a person points at, chooses or drags stays an element.
import { WIDTH } from "./card_shape.js";
import { tintOf, tokens, whenDressed } from "./colours.js";
import { FAR } from "./view.js";

const MANY = 150;
export const FEW = 50;
const HEAD = 38;
const MARGIN = 0.35, LANES = 120;
const STRETCH = 1.5, REST = 90;
const WORDS_FROM = 0.22, DIM = 0.28, DIM_LINK = 0.4, LINE = 3.5, RING = 2;

export class Far {
  constructor(surface, view, cards) {
    Object.assign(this, { surface, view, cards, links: null, out: new Set(), pointed: null, picture: null });
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { id: "far", hidden: true });
    surface.querySelector("#links").before(this.canvas);
    this.pen = this.canvas.getContext("2d");
    cards.onRead.push(() => this.spoil());
    cards.onPlace.push((card) => this.moved(card));
    whenDressed(() => { this.colours = null; this.spoil(); });
    surface.addEventListener("pointermove", (event) => { if (!event.buttons) this.point(event); });
    surface.addEventListener("pointerdown", (event) => this.pressed(event), true);
    view.after.push(() => this.step());
  }

  /** Whether the picture stands in for the elements. */
  get on() { return this.view.k < FAR && this.cards.all.size > MANY; }

  /** Have the picture drawn again in the next frame. */
  spoil() {
    this.picture = null;
    this.view.changed();
  }

  /** A card went elsewhere; the picture need not know if it is drawn without that card. */
  moved(card) { if (!this.out.has(card.key)) this.spoil(); }

  step() {
    const { on } = this;
    if (this.canvas.hidden === on) this.canvas.hidden = !on;
    // With few cards all of them are on the page; with many, each that is gets the class itself.
    this.view.layer.classList.toggle("afar", !on && this.view.k < FAR);
    if (!on) { this.letGo(); return; }
    const out = this.taken();
    if (out.size !== this.out.size || [...out].some((key) => !this.out.has(key))) {
      this.out = out;
      this.picture = null;
      this.cards.culledAt = this.links.culledAt = null;
    }
    if (!this.picture || !this.covers()) this.draw();
    else if (this.picture.k !== this.view.k) this.drawSoon();
  }

  /** While the zoom changes, the picture is stretched: it is drawn sharp again when the zoom rests. */
  drawSoon() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.spoil(), REST);
  }

  /** Close up the picture is of no use, and its memory is. */
  letGo() {
    if (!this.picture) return;
    clearTimeout(this.resting);
    this.out = new Set();
    this.picture = null;
    this.canvas.width = this.canvas.height = 0;
  }

  /** Name the cards that are being moved; a whole crowd stays in the picture, which then follows every move. */
  taken() {
    const held = [];
    for (const card of this.cards.all.values()) if (card.held) held.push(card.key);
    return new Set(held.length <= FEW ? held : []);
  }

  // The picture: as large as the view and a margin, but never larger than the flow.
  wanted(margin) {
    const sight = this.view.sight(margin), all = this.cards.bounds();
    return {
      left: Math.max(sight.left, all.left - LANES), top: Math.max(sight.top, all.top - LANES),
      right: Math.min(sight.right, all.right + LANES), bottom: Math.min(sight.bottom, all.bottom + LANES),
    };
  }

  covers() {
    const { picture } = this, sight = this.wanted(0), stretch = this.view.k / picture.k;
    return stretch < STRETCH && stretch > 1 / STRETCH && (sight.right <= sight.left || sight.bottom <= sight.top
      || (sight.left >= picture.left && sight.right <= picture.right && sight.top >= picture.top && sight.bottom <= picture.bottom));
  }

  draw() {
    clearTimeout(this.resting);
    const { view, pen, canvas } = this, { k } = view, box = this.wanted(MARGIN);
    const sharp = Math.min(2, devicePixelRatio || 1);
    // Whole pixels of the page, so that the picture stays sharp where the view rests.
    const left = Math.floor(box.left * k + view.x), top = Math.floor(box.top * k + view.y);
    const width = Math.max(1, Math.ceil(box.right * k + view.x) - left), height = Math.max(1, Math.ceil(box.bottom * k + view.y) - top);
    this.picture = { ...box, k };
    canvas.width = width * sharp;
    canvas.height = height * sharp;
    const x = (left - view.x) / k, y = (top - view.y) / k;
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px`, transform: `translate(${x}px, ${y}px) scale(${1 / k})` });
    pen.setTransform(k * sharp, 0, 0, k * sharp, -x * k * sharp, -y * k * sharp);
    this.colours ??= coloursOf(this.surface, this.cards);
    this.drawLinks(box);
    this.drawCards(box);
  }

  drawLinks(box) {
    const { pen, out, colours, view } = this;
    pen.strokeStyle = colours.link;
    pen.lineWidth = Math.min(LINE, 1 / view.k);
    pen.globalAlpha = this.surface.classList.contains("searching") ? DIM_LINK : 1;
    pen.beginPath();
    for (const link of this.links.all.values()) {
      if (out.has(link.from) || out.has(link.to) || isApart(link.box, box)) continue;
      pen.moveTo(...link.curves[0][0]);
      for (const [, [ax, ay], [bx, by], [x, y]] of link.curves) pen.bezierCurveTo(ax, ay, bx, by, x, y);
    }
    pen.stroke();
    pen.globalAlpha = 1;
  }

  drawCards(box) {
    const { pen, cards, out, view } = this, words = view.k >= WORDS_FROM, line = Math.min(LINE, 1 / view.k);
    pen.font = `650 13px ${this.colours.font}`;
    for (const card of cards.all.values()) {
      if (out.has(card.key) || isApart(cards.boxOf(card), box)) continue;
      pen.globalAlpha = card.dim ? DIM : 1;
      this.drawCard(card, words, line);
    }
    pen.globalAlpha = 1;
  }

  drawCard(card, words, line) {
    const { pen, colours } = this, { x, y, h } = card, tint = colours.kinds[card.kind] ?? colours.other;
    const chosen = this.cards.selected.has(card.key), ring = RING / this.view.k;
    pen.fillStyle = chosen ? colours.accent : colours.marks[card.mark] ?? tint.border;
    if (chosen) pen.fillRect(x - ring, y - ring, WIDTH + 2 * ring, h + 2 * ring);
    else pen.fillRect(x, y, WIDTH, h);
    pen.fillStyle = tint.body;
    pen.fillRect(x + line, y + line, WIDTH - 2 * line, h - 2 * line);
    pen.fillStyle = tint.head;
    pen.fillRect(x + line, y + line, WIDTH - 2 * line, HEAD - line);
    pen.fillStyle = colours.text;
    if (words) pen.fillText(this.cards.name(card.key), x + 34, y + 24, WIDTH - 46);
    else pen.fillRect(x + 34, y + 15, Math.min(WIDTH - 46, 13 * this.cards.name(card.key).length), 9);
  }

  // The pointer meets a picture where there are cards, so the card under it becomes an element first.
  point(event) {
    if (!this.on && !this.pointed) return;
    const over = this.on && event.target.closest(".card, #canvas") ? this.cards.at(this.view.toBoard(event.clientX, event.clientY)) : null;
    if (over === this.pointed) return;
    this.pointed = over;
    this.cards.culledAt = null;
    this.view.changed();
  }

  /** A finger presses without pointing first: the press is handed to the card that the picture shows there. */
  pressed(event) {
    if (!this.on || event.target !== this.surface) return;
    this.view.measure();
    const card = this.cards.at(this.view.toBoard(event.clientX, event.clientY));
    if (!card) return;
    this.pointed = card;
    this.cards.setOff(card, false);
    event.stopImmediatePropagation();
    const again = new PointerEvent(event.type, event);
    card.element.dispatchEvent(again);
    if (again.defaultPrevented) event.preventDefault();
  }
}

/** Mix the colours that the stylesheet gives to cards seen from afar. */
function coloursOf(surface, cards) {
  const kinds = {}, mix = tokens(surface);
  for (const { kind } of cards.all.values()) kinds[kind] ??= tinted(mix, tintOf(kind, cards));
  const danger = mix("color-mix(in srgb, #dc2626 60%, var(--border))");
  return {
    kinds, other: tinted(mix, "#64748b"), accent: mix("var(--accent)"), text: mix("var(--text)"), font: getComputedStyle(surface).fontFamily,
    link: mix("color-mix(in srgb, var(--muted) 72%, var(--bg))"),
    marks: { problem: danger, added: mix("var(--ok)"), changed: mix("var(--warn)"), removed: mix("var(--danger)") },
  };
}

const tinted = (mix, tint) => ({
  body: mix(`color-mix(in srgb, ${tint} 16%, var(--surface))`),
  head: mix(`color-mix(in srgb, ${tint} 34%, var(--surface))`),
  border: mix(`color-mix(in srgb, ${tint} 45%, var(--border))`),
});

const isApart = (a, b) => a.left > b.right || a.right < b.left || a.top > b.bottom || a.bottom < b.top;
