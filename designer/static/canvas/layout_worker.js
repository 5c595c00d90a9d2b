// Places cards off the main thread. A classic worker, because dagre's browser build is one script.
importScripts("../vendor/dagre.min.js", "layers.js");

// The ranker matters: the default one takes half a minute for a thousand cards, this one half a second.
const SHAPE = { rankdir: "LR", ranker: "longest-path", nodesep: 40, ranksep: 90 };

// A link over many ranks costs dagre a stand-in node in each, and our curves do not follow those. In large flows
// only short links count; a card keeps its rank, as at least one link of each card goes to the very next rank.
const LARGE = 200, SHORT = 3;

// Beyond these dagre takes too long, or recurses until the stack is full: it goes into a flow as deep as its longest way.
const VERY_LARGE = 1500, VERY_LONG = 300;
// No card may stand further out than the board goes.
const BOARD = 90_000;

onmessage = ({ data: cards }) => {
  try { postMessage({ places: placed(cards) }); } catch (error) { postMessage({ failed: String(error?.message ?? error) }); }
};

function placed(cards) {
  const { onward, ranks } = walked(cards), longest = Math.max(...ranks.values());
  if (cards.length > VERY_LARGE || longest > VERY_LONG) return inLayers(cards, onward);
  const all = cards.map((card) => [card.key, card.to]);
  try {
    const places = byDagre(cards, cards.length > LARGE ? shortLinks(onward, ranks) : all);
    if (Object.values(places).every(([x, y]) => x < BOARD && y < BOARD)) return places;
  } catch { /* What dagre cannot do, the other way of placing can. */ }
  return inLayers(cards, onward);
}

function byDagre(cards, links) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph(SHAPE);
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { key, width, height } of cards) graph.setNode(key, { width, height });
  for (const [key, to] of links) {
    for (const other of to) if (other !== key && graph.hasNode(other)) graph.setEdge(key, other);
  }
  dagre.layout(graph);
  // dagre gives the middle of a box, a card stands by its corner.
  const corner = (key) => {
    const { x, y, width, height } = graph.node(key);
    return [x - width / 2, y - height / 2];
  };
  return Object.fromEntries(graph.nodes().map((key) => [key, corner(key)]));
}

/** Give the links of each card that lead on by a few ranks. */
function shortLinks(onward, ranks) {
  return [...onward].map(([key, to]) => [key, to.filter((other) => ranks.get(key) - ranks.get(other) <= SHORT)]);
}

/** Give the links of each card that do not lead back, and how long the way from each is to an end. */
function walked(cards) {
  const byKey = new Map(cards.map((card) => [card.key, card])), onward = new Map(), ranks = new Map();
  for (const first of cards) if (!onward.has(first.key)) walk(first, byKey, onward, ranks);
  return { onward, ranks };
}

/** Go through a flow in depth, without recursion as it may be thousands deep; a card is ranked by the longest way to an end. */
function walk(first, byKey, onward, ranks) {
  const way = [{ ...first, at: 0 }];
  onward.set(first.key, []);
  while (way.length) {
    const here = way.at(-1), next = here.to[here.at++];
    if (here.at > here.to.length) {
      ranks.set(here.key, 1 + onward.get(here.key).reduce((most, other) => Math.max(most, ranks.get(other)), -1));
      way.pop();
    } else if (byKey.has(next) && !(onward.has(next) && !ranks.has(next))) {
      // What was begun and has no rank yet lies on the way here: that link leads back.
      onward.get(here.key).push(next);
      if (!onward.has(next)) { onward.set(next, []); way.push({ ...byKey.get(next), at: 0 }); }
    }
  }
}
