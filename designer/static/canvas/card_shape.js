// What one card is like: how large, where its ports are, how it is marked.
export const WIDTH = 220;

/** Say whether any of a card lies in a box. */
export const isIn = (box, { x, y, h }) => x < box.right && x + WIDTH > box.left && y < box.bottom && y + h > box.top;

/** Say how the server marked a card: with a problem, or as differing from another version. */
export function markOf({ dataset, classList }) {
  if (dataset.problems) return "problem";
  return [...classList].find((name) => name.startsWith("diff-"))?.slice("diff-".length) ?? "";
}

/** Give the box around cards. */
export function around(cards) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y, h } of cards) {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x + WIDTH);
    box.bottom = Math.max(box.bottom, y + h);
  }
  return box;
}

/** Note how high a card is and where its ports are; this lays the page out. */
export function measure(card) {
  card.h = card.element.offsetHeight || 120;
  card.ports = new Map();
  for (const port of card.element.querySelectorAll(".port")) {
    let y = port.offsetHeight / 2;
    for (let at = port; at && at !== card.element; at = at.offsetParent) y += at.offsetTop;
    card.ports.set(port.dataset.port, y);
  }
}
