// The shape of a link: cubic curves from a port on the right of a card to the left edge of another.
const AHEAD = 40, ROOM = 24, ASIDE = 32, SWING = 76;
const SAMPLES = 20;

/** Give the curves of a link, each as four points; the boxes of its two cards help it around them. */
export function curvesOf(start, end, from, to) {
  const [x1, y1] = start, [x2, y2] = end, dx = x2 - x1;
  if (dx < AHEAD && from) return around(start, end, laneOf(y1, y2, from, to));
  const reach = Math.max(dx / 2, Math.min(60, Math.abs(dx)));
  return [[start, [x1 + reach, y1], [x2 - reach, y2], end]];
}

/** Give the curves of a link that keeps to the height of a lane for most of its way. */
export function alongLane(start, end, lane) {
  const [x1, y1] = start, [x2, y2] = end, dx = x2 - x1;
  if (dx < AHEAD) return around(start, end, lane);
  const swing = Math.min(SWING, dx / 2), out = x1 + swing, into = x2 - swing;
  return [
    [start, [x1 + swing / 2, y1], [x1 + swing / 2, lane], [out, lane]],
    [[out, lane], [out + (into - out) / 3, lane], [into - (into - out) / 3, lane], [into, lane]],
    [[into, lane], [x2 - swing / 2, lane], [x2 - swing / 2, y2], end],
  ];
}

/** A link that runs back turns into a lane that crosses neither card. */
function around([x1, y1], [x2, y2], lane) {
  const out = x1 + turn(lane - y1), into = x2 - turn(lane - y2);
  return [
    [[x1, y1], [out, y1], [out, lane], [x1, lane]],
    [[x1, lane], [x1 + (x2 - x1) / 3, lane], [x2 - (x2 - x1) / 3, lane], [x2, lane]],
    [[x2, lane], [into, lane], [into, y2], [x2, y2]],
  ];
}

const turn = (height) => Math.min(64, Math.max(38, Math.abs(height) / 2));

/** Give the height of the lane: between the cards where there is room, else over or under both, as is shorter. */
function laneOf(y1, y2, from, to) {
  if (from.bottom + ROOM < to.top) return (from.bottom + to.top) / 2;
  if (to.bottom + ROOM < from.top) return (to.bottom + from.top) / 2;
  const over = Math.min(from.top, to.top) - ASIDE, under = Math.max(from.bottom, to.bottom) + ASIDE;
  return y1 + y2 - 2 * over < 2 * under - y1 - y2 ? over : under;
}

/** Write curves as the path of an SVG element. */
export function pathOf(curves) {
  const parts = [`M${curves[0][0].join(" ")}`];
  for (const [, a, b, end] of curves) parts.push(`C${a.join(" ")} ${b.join(" ")} ${end.join(" ")}`);
  return parts.join("");
}

/** Give the box around the points of curves; a curve never leaves it. */
export function boxOf(curves) {
  const points = curves.flat(), xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Give the point at a share of the way along one curve. */
export function pointAt([a, b, c, d], t) {
  const u = 1 - t, part = (i) => u * u * u * a[i] + 3 * u * u * t * b[i] + 3 * u * t * t * c[i] + t * t * t * d[i];
  return [part(0), part(1)];
}

/** Give the distance of a point from curves, near enough to pick a line with the pointer. */
export function distance(curves, [x, y]) {
  let least = Infinity;
  for (const one of curves) {
    let before = one[0];
    for (let i = 1; i <= SAMPLES; i++) {
      const next = pointAt(one, i / SAMPLES);
      least = Math.min(least, toSegment(x, y, before, next));
      before = next;
    }
  }
  return least;
}

function toSegment(x, y, [x1, y1], [x2, y2]) {
  const dx = x2 - x1, dy = y2 - y1, long = dx * dx + dy * dy;
  const t = long ? Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / long)) : 0;
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}
