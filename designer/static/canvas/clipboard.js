// Copy, cut, paste and duplicate: steps travel over the system clipboard as YAML text, so they also go into other tabs and flows.
import { say, words } from "./say.js";

const ASIDE = 40;

export class Clipboard {
  constructor({ surface, view, cards, edits, notes }) {
    Object.assign(this, { surface, view, cards, edits, notes, pointer: null });
    document.addEventListener("copy", (event) => this.copied(event));
    document.addEventListener("cut", (event) => { if (this.copied(event)) this.removeChosen(); });
    document.addEventListener("paste", (event) => this.pasted(event));
    surface.addEventListener("pointermove", ({ clientX, clientY }) => { this.pointer = [clientX, clientY]; });
    surface.addEventListener("pointerleave", () => { this.pointer = null; });
  }

  /** Give what is chosen; where nothing is, the card that has the focus. */
  get chosen() {
    const { selected, focused } = this.cards, { keys: notes } = this.notes;
    return { keys: selected.size || notes.length || !focused ? [...selected] : [focused.key], notes };
  }

  /** Put the chosen steps into the event of the system; say whether there were any. */
  copied(event) {
    if (isTyping(event.target) || String(getSelection())) return false;
    const text = this.clipping();
    if (!text) return false;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    say("copied", this.names());
    return true;
  }

  names() { return this.chosen.keys.map((key) => this.cards.name(key)).join(", "); }

  /** Give the chosen steps as text. The event of the clipboard waits for nobody, so this does not either. */
  clipping() {
    const { keys, notes } = this.chosen;
    if (!keys.length && !notes.length) return "";
    const request = new XMLHttpRequest();
    request.open("GET", `${this.surface.dataset.clipUrl}?${new URLSearchParams({ keys: keys.join(), notes: notes.join() })}`, false);
    try { request.send(); } catch { return ""; }
    return request.status === 200 ? request.responseText : "";
  }

  pasted(event) {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    this.put(event.clipboardData.getData("text/plain"));
  }

  /** Put a text under the pointer, or into the middle of the view. */
  put(text) {
    if (!text.trimStart().startsWith("dialoom:")) { this.edits.notice(words("nothing_to_paste")); return; }
    this.view.measure();
    const at = this.pointer ? this.view.toBoard(...this.pointer) : this.cards.freePlace(this.view.center());
    this.edits.bring({ op: "paste", clipping: text, at: at.map(Math.round) }, "pasted");
  }

  /** Copy by a button: what the key does, with the clipboard the browser gives to buttons. */
  copy() { document.execCommand("copy"); }

  cut() { document.execCommand("cut"); }

  async paste() { this.put((await navigator.clipboard?.readText().catch(() => "")) ?? ""); }

  duplicate() {
    const text = this.clipping();
    if (!text) return;
    const cards = this.chosen.keys.map((key) => this.cards.get(key));
    const from = cards.length ? [Math.min(...cards.map((card) => card.x)), Math.min(...cards.map((card) => card.y))] : this.notes.placeOfChosen();
    this.edits.bring({ op: "paste", clipping: text, at: from.map((n) => n + ASIDE) }, "pasted");
  }

  removeChosen() {
    const { keys } = this.chosen;
    if (keys.length) this.edits.remove(keys);
    if (this.notes.keys.length) this.notes.remove();
  }
}

export function isTyping(target) { return Boolean(target.closest?.("input, textarea, select, [contenteditable], dialog")); }
