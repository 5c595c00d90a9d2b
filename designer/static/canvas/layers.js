// Places very long or very large flows, where dagre recurses too deep or takes too long: nothing here recurses.
// Ranks by the longest way, an order that keeps neighbours together, heights by what lies beside, and the ranks
// folded into rows one under the other, as a text is into lines: a chain of thousands would be a mile wide.
// A classic script, as the worker that takes it in is one.
const GAP_ACROSS = 90, GAP_DOWN = 40, GAP_ROWS = 120, SHAPELY = 1.6, LEAST = 40, SWEEPS = 4;

/** Place cards; `onward` gives the links of each that do not lead back. Gives the corner of each by its key. */
function inLayers(cards, onward) {
  const nodes = new Map(cards.map(({ key, width, height }) => [key, { key, width, height, into: [], from: [], y: 0 }]));
  for (const [key, to] of onward) {
    for (const other of to) {
      nodes.get(key).into.push(nodes.get(other));
      nodes.get(other).from.push(nodes.get(key));
    }
  }
  const ranks = ranked([...nodes.values()]);
  arrange(ranks);
  const chopped = columns(ranks, Math.max(LEAST, Math.sqrt(cards.length)));
  straighten(chopped);
  return folded(chopped);
}

/** Give the ranks, each a list of nodes: a node stands right of all that lead to it. */
function ranked(nodes) {
  const ranks = [], left = new Map(nodes.map((node) => [node, node.from.length]));
  for (const node of nodes) node.rank = 0;
  const due = nodes.filter((node) => !node.from.length);
  for (const node of due) {
    (ranks[node.rank] ??= []).push(node);
    for (const next of node.into) {
      next.rank = Math.max(next.rank, node.rank + 1);
      left.set(next, left.get(next) - 1);
      // An array that is being gone through may grow: it is the queue.
      if (!left.get(next)) due.push(next);
    }
  }
  return ranks;
}

/** Order each rank by where the neighbours of its nodes stand, there and back a few times. */
function arrange(ranks) {
  number(ranks);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const there = sweep % 2 === 0;
    for (const rank of there ? ranks : [...ranks].reverse()) {
      for (const node of rank) node.want = mean(there ? node.from : node.into, (other) => other.at, node.at);
      rank.sort((a, b) => a.want - b.want || a.at - b.at);
      rank.forEach((node, at) => { node.at = at - rank.length / 2; });
    }
  }
}

function number(ranks) {
  for (const rank of ranks) rank.forEach((node, at) => { node.at = at - rank.length / 2; });
}

/** Cut ranks that are too high into columns beside each other; those left of a card stay left of it. */
function columns(ranks, most) {
  const all = [];
  for (const rank of ranks) {
    const many = Math.ceil(rank.length / most), size = Math.ceil(rank.length / many);
    for (let at = 0; at < rank.length; at += size) {
      const column = rank.slice(at, at + size);
      for (const node of column) node.rank = all.length;
      all.push(column);
    }
  }
  return all;
}

/** Give each node a height near that of its neighbours, in the order of its rank and with a gap to the next. */
function straighten(ranks) {
  for (const rank of ranks) settle(rank, () => 0);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const there = sweep % 2 === 0;
    for (const rank of there ? ranks : [...ranks].reverse()) {
      settle(rank, (node) => mean(there ? node.from : node.into, (other) => other.y, node.y));
    }
  }
}

/** Put the nodes of a rank as near to where they want to be as the gaps let them: those that crowd share the shift. */
function settle(rank, wish) {
  const groups = [];
  let offset = 0;
  for (const node of rank) {
    // Measured from the top of the stack, all that keeps a gap is that no node may stand above the one before.
    node.offset = offset + node.height / 2;
    offset += node.height + GAP_DOWN;
    let group = { nodes: [node], sum: wish(node) - node.offset, many: 1 };
    while (groups.length && groups.at(-1).sum / groups.at(-1).many > group.sum / group.many) {
      const above = groups.pop();
      group = { nodes: above.nodes.concat(group.nodes), sum: above.sum + group.sum, many: above.many + group.many };
    }
    groups.push(group);
  }
  for (const { nodes, sum, many } of groups) for (const node of nodes) node.y = sum / many + node.offset;
}

/** Fold the ranks into rows that together are about as wide as a screen is; few links should cross from row to row. */
function folded(ranks) {
  const width = Math.max(...ranks.flat().map((node) => node.width)) + GAP_ACROSS;
  const high = Math.max(...ranks.map((rank) => span(rank).bottom - span(rank).top)) + GAP_ROWS;
  const rows = Math.max(1, Math.round(Math.sqrt((ranks.length * width) / (SHAPELY * high))));
  const per = Math.max(LEAST, Math.ceil(ranks.length / rows)), places = {};
  const crossing = crossings(ranks);
  let top = 0;
  for (let first = 0; first < ranks.length;) {
    const last = rowEnd(crossing, first, per), row = ranks.slice(first, last), { top: highest, bottom } = span(row.flat());
    row.forEach((rank, column) => {
      for (const node of rank) places[node.key] = [column * width, top + node.y - node.height / 2 - highest];
    });
    top += bottom - highest + GAP_ROWS;
    first = last;
  }
  return places;
}

/** Say after which rank a row ends: near its full length, where the fewest links are cut. */
function rowEnd(crossing, first, per) {
  if (first + per * 1.15 >= crossing.length) return crossing.length;
  let best = first + per;
  for (let end = first + per; end > first + per * 0.85; end--) if (crossing[end] < crossing[best]) best = end;
  return best;
}

/** Count the links that pass from before each rank to it or beyond. */
function crossings(ranks) {
  const change = new Array(ranks.length + 1).fill(0);
  for (const node of ranks.flat()) {
    for (const next of node.into) {
      change[node.rank + 1] += 1;
      change[next.rank + 1] -= 1;
    }
  }
  let now = 0;
  return ranks.map((_rank, at) => (now += change[at]));
}

function span(nodes) {
  let top = Infinity, bottom = -Infinity;
  for (const { y, height } of nodes) {
    top = Math.min(top, y - height / 2);
    bottom = Math.max(bottom, y + height / 2);
  }
  return { top, bottom };
}

function mean(nodes, value, otherwise) {
  return nodes.length ? nodes.reduce((sum, node) => sum + value(node), 0) / nodes.length : otherwise;
}
