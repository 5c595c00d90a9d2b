// Line chosen cards up, or spread them evenly; the toolbar over the canvas while cards are chosen.
import { WIDTH, snap } from "./cards.js";
import { say } from "./say.js";

const ALIGN = {
  left: (box) => ({ x: () => box.left }),
  center: (box) => ({ x: () => (box.left + box.right - WIDTH) / 2 }),
  right: (box) => ({ x: () => box.right - WIDTH }),
  top: (box) => ({ y: () => box.top }),
  middle: (box) => ({ y: (card) => (box.top + box.bottom - card.h) / 2 }),
  bottom: (box) => ({ y: (card) => box.bottom - card.h }),
};

export class Arrange {
  constructor({ surface, cards, links, edits }) {
    Object.assign(this, { cards, links, edits, bar: document.getElementById("arrange") });
    if (!this.bar || !surface.dataset.mayEdit) return;
    cards.onSelect.push(() => this.show());
    this.bar.addEventListener("pointerdown", (event) => event.stopPropagation());
    this.bar.addEventListener("click", (event) => {
      const side = event.target.closest("[data-arrange]")?.dataset.arrange;
      if (side) this.by(side);
    });
    this.bar.addEventListener("keydown", (event) => this.key(event));
  }

  show() {
    const many = this.cards.selected.size;
    this.bar.hidden = !many;
    this.bar.querySelector("[data-many]").hidden = many < 2;
    this.bar.querySelector("[data-one]").hidden = many !== 1;
  }

  /** Arrows go along the toolbar, as in every toolbar. */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    event.stopPropagation();
    if (!step) return;
    const buttons = [...this.bar.querySelectorAll("button")].filter((button) => button.offsetParent);
    buttons.at((buttons.indexOf(event.target) + step) % buttons.length).focus();
    event.preventDefault();
  }

  by(side) {
    const cards = [...this.cards.selected].map((key) => this.cards.get(key));
    if (cards.length < 2) return;
    const box = {
      left: Math.min(...cards.map((card) => card.x)), top: Math.min(...cards.map((card) => card.y)),
      right: Math.max(...cards.map((card) => card.x + WIDTH)), bottom: Math.max(...cards.map((card) => card.y + card.h)),
    };
    const wanted = ALIGN[side] ? aligned(cards, ALIGN[side](box)) : spread(cards, box, side === "across");
    const moved = wanted.filter(({ card, x, y }) => this.cards.moveTo(card, snap(x), snap(y))).map(({ card }) => card);
    this.links.moved(moved.map((card) => card.key));
    if (moved.length) this.edits.move(moved);
    this.cards.view.changed();
    say("aligned", String(cards.length));
  }
}

const aligned = (cards, { x, y }) => cards.map((card) => ({ card, x: x ? x(card) : card.x, y: y ? y(card) : card.y }));

/** Leave the same gap between neighbours; the outermost cards stay. */
function spread(cards, box, across) {
  const size = (card) => (across ? WIDTH : card.h), at = (card) => (across ? card.x : card.y);
  const sorted = [...cards].sort((a, b) => at(a) - at(b));
  const whole = across ? box.right - box.left : box.bottom - box.top;
  const gap = (whole - sorted.reduce((sum, card) => sum + size(card), 0)) / (sorted.length - 1);
  let next = across ? box.left : box.top;
  return sorted.map((card) => {
    const place = next;
    next += size(card) + gap;
    return { card, x: across ? place : card.x, y: across ? card.y : place };
  });
}
