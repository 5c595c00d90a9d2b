// Tidy up: dagre places the cards in a worker, the result is one edit.
import { WIDTH, snap } from "./cards.js";
import { say, words } from "./say.js";

const CORNER = 80;

export class Layout {
  constructor({ surface, view, cards, links, edits }) {
    Object.assign(this, { surface, view, cards, links, edits, worker: null, busy: false });
  }

  ask() {
    if (!this.cards.all.size || this.busy) return;
    this.worker ??= this.hire();
    this.wait(true);
    this.worker.postMessage(this.inOrder().map((card) => ({
      key: card.key, width: WIDTH, height: card.h, to: card.links.map((link) => link.to).filter(Boolean),
    })));
  }

  hire() {
    const worker = new Worker(this.surface.dataset.worker);
    worker.onmessage = ({ data }) => (data.places ? this.take(data.places) : this.fail(data.failed));
    worker.onerror = (event) => this.fail(event.message || "");
    worker.onmessageerror = () => this.fail("");
    return worker;
  }

  wait(busy) {
    this.busy = busy;
    if (busy) this.surface.setAttribute("aria-busy", "true");
    else this.surface.removeAttribute("aria-busy");
  }

  /** Say that nothing was moved, and why as far as is known; the next try begins with a fresh worker. */
  fail(reason) {
    this.wait(false);
    this.worker?.terminate();
    this.worker = null;
    this.edits.notice([words("layout_failed"), reason && `(${reason})`].filter(Boolean).join(" "));
    say("layout_failed");
  }

  /** The start first: dagre breaks circles where it meets them, and nothing should lead back into the start. */
  inOrder() {
    const all = [...this.cards.all.values()], isStart = (card) => Number("start" in card.element.dataset);
    return all.sort((a, b) => isStart(b) - isStart(a));
  }

  take(places) {
    this.wait(false);
    const moved = [];
    for (const [key, [x, y]] of Object.entries(places)) {
      const card = this.cards.get(key);
      if (card && this.cards.moveTo(card, snap(x) + CORNER, snap(y) + CORNER)) moved.push(card);
    }
    this.links.moved(this.cards.all.keys());
    if (moved.length) this.edits.move(moved, "layout");
    this.view.fit(this.cards.bounds());
    say("tidied", String(moved.length));
  }
}
