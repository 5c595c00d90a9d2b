// Snap lines: while cards are dragged, their edges and middles catch on those of cards in sight, and a line shows it.
import { WIDTH } from "./cards.js";

const REACH = 9, LEAST_ZOOM = 0.35, MOST = 400, EDGES = [0, 0.5, 1];

export class Guides {
  constructor({ view, cards }, held) {
    Object.assign(this, { view, held, home: view.layer, lines: {} });
    const sight = view.sight(), near = ({ x, y, h }) => x < sight.right && x + WIDTH > sight.left && y < sight.bottom && y + h > sight.top;
    this.others = view.k < LEAST_ZOOM ? [] : [...cards.all.values()].filter((card) => !held.includes(card) && near(card)).slice(0, MOST);
  }

  /** Give how far a card should be moved further so that it stands in line with another. */
  pull(card, x, y) {
    const reach = REACH / this.view.k;
    // All cards are as wide as each other, so in line at the left they are in line everywhere; their heights differ.
    const across = nearest(this.others, (other) => other.x - x, reach);
    const edges = EDGES.map((share) => ({ share, other: nearest(this.others, (other) => lie(other, share) - y - card.h * share, reach) }));
    const fits = edges.filter(({ other }) => other).sort((a, b) => Math.abs(gap(a, y, card)) - Math.abs(gap(b, y, card)))[0];
    this.show("across", across, ({ x: at, y: top, h }) => [at, Math.min(top, y), 1, Math.max(top + h, y + card.h) - Math.min(top, y)]);
    this.show("down", fits?.other, (other) => [Math.min(other.x, x), lie(other, fits.share), Math.max(other.x, x) + WIDTH - Math.min(other.x, x), 1]);
    return [across ? across.x - x : 0, fits ? gap(fits, y, card) : 0];
  }

  show(name, other, box) {
    const line = (this.lines[name] ??= this.home.appendChild(Object.assign(document.createElement("i"), { className: "guide" })));
    line.hidden = !other;
    if (!other) return;
    const [x, y, width, height] = box(other);
    Object.assign(line.style, { transform: `translate(${x}px, ${y}px)`, width: `${width}px`, height: `${height}px` });
  }

  end() { for (const line of Object.values(this.lines)) line.remove(); }
}

/** Say where the top, the middle or the bottom of a card lies. */
const lie = ({ y, h }, share) => y + h * share;
const gap = ({ share, other }, y, card) => lie(other, share) - y - card.h * share;

function nearest(others, gap, reach) {
  let best = null, least = reach;
  for (const other of others) {
    const far = Math.abs(gap(other));
    if (far < least) { least = far; best = other; }
  }
  return best;
}
