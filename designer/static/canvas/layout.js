// Auto layout: dagre in a worker, the result as one edit.
let worker = null;

export function layOut(surface, board, edits) {
  if (!board.cards.size) return;
  worker ||= new Worker(surface.dataset.worker);
  worker.onmessage = (event) => {
    const moved = [];
    for (const [key, [x, y]] of Object.entries(event.data)) {
      const card = board.cards.get(key);
      if (card) { board.moveTo(card, x, y); moved.push(card); }
    }
    board.links.moved(new Set(board.cards.keys()));
    edits.move(moved, "layout");
    board.fit();
  };
  const cards = [...board.cards.values()].map((card) => ({ key: card.key, h: card.h, to: card.links.map((link) => link.to).filter(Boolean) }));
  worker.postMessage(cards);
}
