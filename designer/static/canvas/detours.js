// Ways around cards: a link that would pass unseen behind cards it has nothing to do with takes a lane beside them.
import { WIDTH } from "./card_shape.js";
import { alongLane, curvesOf, pointAt } from "./curve.js";

const CELL = 256, STRIDE = 48, LEAST = 4, MOST = 40, INSET = 3, BESIDE = 18, TRIES = 24;
const keyOf = (column, row) => column * 65_536 + row;

export class Detours {
  constructor(cards) {
    Object.assign(this, { cards, cells: null });
    cards.onPlace.push(() => { this.cells = null; });
    cards.onRead.push(() => { this.cells = null; });
  }

  /** Give the curves of a link; where the short way is blocked, by the nearest lane that is not. */
  curves(start, end, from, to) {
    const boxes = [this.cards.boxOf(from), this.cards.boxOf(to)], own = { from, to, boxes };
    const plain = curvesOf(start, end, ...boxes), blocking = this.blocking(plain, own);
    if (!blocking.size) return plain;
    let best = plain, least = blocking.size;
    const far = (lane) => Math.abs(lane - start[1]) + Math.abs(lane - end[1]);
    const tried = new Set(), lanes = lanesBeside(blocking);
    while (tried.size < TRIES && lanes.length) {
      lanes.sort((a, b) => far(b) - far(a));
      const lane = lanes.pop();
      if (tried.has(lane)) continue;
      tried.add(lane);
      const curves = alongLane(start, end, lane), met = this.blocking(curves, own);
      if (!met.size) return curves;
      if (met.size < least) { least = met.size; best = curves; }
      lanes.push(...lanesBeside(met));
    }
    return best;
  }

  /** Give the boxes that curves pass behind: of other cards, and of the link's own two, which it must not cross either. */
  blocking(curves, { from, to, boxes }) {
    this.cells ??= celled(this.cards.all.values());
    const met = new Set();
    for (const curve of curves) {
      const many = samples(curve);
      for (let i = 0; i <= many; i++) {
        const point = pointAt(curve, i / many);
        for (const { card, box } of this.cells.get(keyOf(Math.floor(point[0] / CELL), Math.floor(point[1] / CELL))) ?? []) {
          if (card !== from && card !== to && !card.held && isInside(point, box)) met.add(box);
        }
        for (const box of boxes) if (isInside(point, box)) met.add(box);
      }
    }
    return met;
  }
}

const isInside = ([x, y], box) => x > box.left + INSET && x < box.right - INSET && y > box.top + INSET && y < box.bottom - INSET;

const lanesBeside = (boxes) => [...boxes].flatMap(({ top, bottom }) => [top - BESIDE, bottom + BESIDE]);

/** Say how often to look along a curve so that no card is missed. */
function samples([a, b, c, d]) {
  const long = Math.hypot(b[0] - a[0], b[1] - a[1]) + Math.hypot(c[0] - b[0], c[1] - b[1]) + Math.hypot(d[0] - c[0], d[1] - c[1]);
  return Math.min(MOST, Math.max(LEAST, Math.ceil(long / STRIDE)));
}

/** Sort cards into the cells of a grid, so that a point need be compared with the few near it. */
function celled(cards) {
  const cells = new Map();
  for (const card of cards) {
    const box = { left: card.x, top: card.y, right: card.x + WIDTH, bottom: card.y + card.h }, entry = { card, box };
    for (let column = Math.floor(box.left / CELL); column <= Math.floor(box.right / CELL); column++) {
      for (let row = Math.floor(box.top / CELL); row <= Math.floor(box.bottom / CELL); row++) {
        const key = keyOf(column, row), there = cells.get(key);
        if (there) there.push(entry);
        else cells.set(key, [entry]);
      }
    }
  }
  return cells;
}
