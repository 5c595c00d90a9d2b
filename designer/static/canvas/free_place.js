// Where something new can stand without lying on what is there: nearest to a point, and in sight where there is room.
import { WIDTH } from "./card_shape.js";

const GAP = 20, STEP = 40, RINGS = 60;

/** Give the free place nearest to a point for something of a size; `sight` is where a person would see it. */
export function freePlace(cards, [x, y], [width, height], sight) {
  const taken = [...boxesOf(cards), ...boxesOfNotes()];
  const isFree = ([left, top]) => !taken.some((box) => left < box.right + GAP && left + width + GAP > box.left && top < box.bottom + GAP && top + height + GAP > box.top);
  const isSeen = ([left, top]) => left >= sight.left && top >= sight.top && left + width <= sight.right && top + height <= sight.bottom;
  let unseen = null;
  for (let ring = 0; ring < RINGS; ring++) {
    const found = around(ring).map(([dx, dy]) => [x + dx * STEP, y + dy * STEP]).filter(isFree);
    const seen = sight ? found.find(isSeen) : found[0];
    if (seen) return seen;
    unseen ??= found[0];
  }
  return unseen ?? [x, y];
}

/** Give the steps of a ring around a place: straight down and across first. */
function around(ring) {
  if (!ring) return [[0, 0]];
  const steps = [];
  for (let n = -ring; n <= ring; n++) steps.push([n, ring], [n, -ring], [ring, n], [-ring, n]);
  const far = ([dx, dy]) => Math.hypot(dx, dy) - (dy > 0 || dx > 0 ? 0.1 : 0);
  return steps.sort((a, b) => far(a) - far(b));
}

function boxesOf(cards) {
  return [...cards].map(({ x, y, h }) => ({ left: x, top: y, right: x + WIDTH, bottom: y + h }));
}

function boxesOfNotes() {
  return [...document.querySelectorAll("#viewport .note")].map(({ dataset }) => {
    const [x, y, w, h] = ["x", "y", "w", "h"].map((name) => Number(dataset[name]));
    return { left: x, top: y, right: x + w, bottom: y + h };
  });
}
