// A classic worker, because dagre's browser build is one script.
importScripts("/static/vendor/dagre.min.js");

onmessage = (event) => {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", ranker: "longest-path", nodesep: 40, ranksep: 90, marginx: 80, marginy: 80 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const card of event.data) graph.setNode(card.key, { width: 220, height: card.h });
  for (const card of event.data) for (const to of card.to) if (graph.hasNode(to)) graph.setEdge(card.key, to);
  dagre.layout(graph);
  const places = {};
  for (const key of graph.nodes()) {
    const node = graph.node(key);
    places[key] = [node.x - 110, node.y - node.height / 2];
  }
  postMessage(places);
};
