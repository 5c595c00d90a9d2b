// Edits go to the server one after another, each with the revision read just before it is sent.
// Nothing is lost while the connection is: the edit stays first in the queue and is sent again.
import { around } from "./card_shape.js";
import { say, words } from "./say.js";

// No answer, no server, or nobody signed in: the edit waits; a form token that went stale is renewed by session.js.
const AGAIN = [0, 400, 401, 502, 503, 504];
const PAUSE = 1500, LONGEST = 30_000;

export class Edits {
  constructor({ surface, cards, links, inspector }) {
    Object.assign(this, { surface, cards, links, inspector, queue: [], busy: false, tries: 0, backs: [] });
    cards.placeOf = (key) => this.queue.findLast(({ edit }) => edit.places?.[key])?.edit.places[key];
    cards.linksOf = (key) => this.queue.map(({ edit }) => edit).filter((edit) => edit.op === "link" && edit.from === key);
    for (const back of ["online", "dialoom:signed-in"]) addEventListener(back, () => this.next());
    // What the inspector saved is undone first; there is nothing to show of that beforehand.
    inspector.panel?.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.elt.matches("form")) this.backs.push(null); });
    addEventListener("beforeunload", (event) => { if (this.queue.length) event.preventDefault(); });
  }

  /** Add a step; it is chosen and opened once the server drew it. */
  add(kind, at, from = "", port = "") {
    this.send({ op: "add", kind, at, ...(from && { from, port }) }, ([key]) => {
      if (!this.cards.has(key)) return;
      this.cards.select([key]);
      this.cards.focus(key);
      this.inspector.open(key);
      say("added", this.cards.name(key));
    });
  }

  /** Send an edit that brings new steps; they are chosen once the server drew them. */
  bring(edit, word) {
    this.send(edit, (keys) => {
      const drawn = keys.filter((key) => this.cards.has(key));
      if (drawn.length) {
        this.cards.select(drawn);
        this.cards.focus(drawn[0], false);
        this.cards.view.reveal(around(drawn.map((key) => this.cards.get(key))));
      }
      say(word, drawn.map((key) => this.cards.name(key)).join(", "));
    });
  }

  move(cards, op = "move", notes = {}) {
    const places = Object.fromEntries(cards.map((card) => [card.key, [card.x, card.y]]));
    const last = this.queue.at(-1), was = cards.map((card) => [card, Number(card.element.dataset.x), Number(card.element.dataset.y)]);
    // Moves that wait become one: a person who nudges ten times made one change.
    if (op === "move" && last?.edit.op === "move" && !last.sent) {
      Object.assign(last.edit.places, places);
      last.edit.notes = { ...last.edit.notes, ...notes };
    } else this.send({ op, places, ...(Object.keys(notes).length ? { notes } : {}) }, null, () => {
      for (const [card, x, y] of was) this.cards.moveTo(card, x, y);
      this.links.moved(was.map(([card]) => card.key));
      this.cards.view.changed();
    });
    if (op === "move") say("moved", cards.map((card) => this.cards.name(card.key)).join(", "));
  }

  /** Link a port to a step, or to nothing; shown at once. */
  link(from, port, to) {
    this.send({ op: "link", from, port, to });
    const own = this.cards.get(from).links.find((link) => link.port === port);
    if (own) own.to = to;
    this.links.read(new Set());
    this.cards.view.changed();
    if (to) say("linked", this.cards.name(from), this.cards.name(to));
    else say("unlinked", this.cards.name(from));
  }

  /** Delete steps; the focus goes to the nearest card that stays. */
  remove(keys) {
    const next = this.cards.nextTo(this.cards.get(keys.at(-1)), keys);
    for (const key of keys) this.cards.get(key).element.classList.add("leaving");
    say("deleted", keys.map((key) => this.cards.name(key)).join(", "));
    this.send({ op: "delete", keys });
    this.cards.select(next ? [next] : []);
    if (next) this.cards.focus(next);
    else this.surface.focus({ preventScroll: true });
  }

  /** Undo or redo, once everything before it is saved; what can be is shown at once. */
  turn(way) {
    if (way === "undo") this.backs.pop()?.();
    this.send({ turn: way });
  }

  /** Queue an edit; `back` shows at once what undoing it will bring. */
  send(edit, done = null, back = null) {
    if (!this.surface.dataset.mayEdit) return;
    if (edit.turn !== "undo") this.backs.push(back);
    this.queue.push({ edit, done, sent: false });
    this.next();
  }

  async next() {
    if (this.busy || !this.queue.length) return;
    clearTimeout(this.later);
    this.busy = true;
    const job = this.queue[0];
    job.sent = true;
    const { status, keys } = await this.post(job.edit);
    if (AGAIN.includes(status)) { this.busy = false; this.wait(); return; }
    this.queue.shift();
    if (this.tries) this.connected();
    this.busy = false;
    this.cards.read();
    if (status >= 400) this.refused(status);
    else job.done?.(keys);
    if (this.queue.length) this.next();
  }

  /** Send one edit; give the status of the answer, 0 when there was none, and the keys of new steps. */
  async post(edit) {
    const { rev } = document.getElementById("state").dataset, { dataset } = this.surface;
    if (edit.turn) return this.ask(edit.turn === "undo" ? dataset.undoUrl : dataset.redoUrl, { since: rev });
    return this.ask(dataset.editUrl, { rev, edit: JSON.stringify(edit) });
  }

  /** Ask the server for something whose answer swaps itself into the page. */
  async ask(url, values) {
    let answer = { status: 0, keys: [] };
    const note = ({ detail: { xhr } }) => {
      answer = { status: xhr.status, keys: (xhr.getResponseHeader("X-Dialoom-Keys") ?? "").split(" ").filter(Boolean) };
    };
    this.surface.addEventListener("htmx:afterRequest", note, { once: true });
    // A failed request rejects; its status says all there is to know.
    await window.htmx.ajax("POST", url, { source: this.surface, swap: "none", values }).catch(() => {});
    this.surface.removeEventListener("htmx:afterRequest", note);
    return answer;
  }

  /** Ask while no edit is under way, so that answers never overtake each other. */
  async askQuietly(url, values) {
    if (this.busy || this.queue.length) return;
    this.busy = true;
    await this.ask(url, { ...values, rev: document.getElementById("state").dataset.rev });
    this.busy = false;
    this.cards.read();
    this.next();
  }

  refused(status) {
    this.cards.read();
    this.cards.reset();
    // The server says in #state why it refused; anything else never reached the flow.
    if (![409, 422].includes(status)) this.notice(words("refused"));
    say("refused");
  }

  wait() {
    this.tries += 1;
    this.notice(words("offline"), true);
    say("offline");
    this.later = setTimeout(() => this.next(), Math.min(LONGEST, PAUSE * 2 ** (this.tries - 1)));
  }

  connected() {
    this.tries = 0;
    document.getElementById("canvas-notice")?.remove();
    say("online");
  }

  notice(text, again = false) {
    const notice = document.getElementById("canvas-notice") ?? this.surface.appendChild(document.createElement("p"));
    notice.id = "canvas-notice";
    notice.textContent = text;
    clearTimeout(this.hiding);
    if (!again) { this.hiding = setTimeout(() => notice.remove(), 8000); return; }
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: words("retry") });
    button.addEventListener("click", () => this.next());
    notice.append(" ", button);
  }
}
