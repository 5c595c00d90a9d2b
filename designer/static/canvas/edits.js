// Edits go to the server one after another, each with the revision read just before it is sent.
export class Edits {
  constructor(surface, board) {
    Object.assign(this, { surface, board, queue: [], busy: false });
    addEventListener("online", () => this.next());
  }

  add(kind, at, from = "", port = "") { this.send({ op: "add", kind, at, from, port }); }

  move(cards, op = "move") {
    const places = Object.fromEntries(cards.map((card) => [card.key, [card.x, card.y]]));
    this.send({ op, places });
    if (cards.length) this.board.say("moved", this.board.name(cards[0].key));
  }

  link(from, port, to) {
    this.send({ op: "link", from, port, to });
    this.board.say(to ? "linked" : "unlinked", this.board.name(from), this.board.name(to));
  }

  remove(keys) {
    this.send({ op: "delete", keys });
    this.board.say("deleted", keys.map((key) => this.board.name(key)).join(", "));
  }

  send(edit) {
    this.queue.push(edit);
    this.next();
  }

  async next() {
    if (this.busy || !this.queue.length) return;
    this.busy = true;
    const edit = this.queue[0], rev = document.getElementById("state").dataset.rev;
    let status = 0;
    const note = (event) => { status = event.detail.xhr.status; };
    document.body.addEventListener("htmx:afterRequest", note, { once: true });
    const values = { rev, edit: JSON.stringify(edit) };
    await window.htmx.ajax("POST", this.surface.dataset.editUrl, { source: this.surface, swap: "none", values }).catch(() => {});
    document.body.removeEventListener("htmx:afterRequest", note);
    this.busy = false;
    if (status === 0 || status >= 500) {
      // Nothing was lost: the edit stays first in the queue and is sent again.
      this.board.say("offline");
      setTimeout(() => this.next(), 3000);
      return;
    }
    this.queue.shift();
    if (edit.op === "add" && status === 200) this.selectNew();
    this.next();
  }

  selectNew() {
    const known = new Set(this.board.cards.keys());
    this.board.read();
    const fresh = [...this.board.cards.keys()].filter((key) => !known.has(key)).at(-1) ?? [...this.board.cards.keys()].at(-1);
    if (!fresh) return;
    this.board.select([fresh]);
    this.board.focus(fresh);
    this.board.open(fresh);
  }
}
