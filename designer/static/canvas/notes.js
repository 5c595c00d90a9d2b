// Sticky notes: moved, sized and written on the canvas itself, kept in the flow's YAML.
import { GRID, snap } from "./cards.js";
import { colors, say, words } from "./say.js";

const LEAST = [100, 60], NEW = [220, 120], COLOR = "yellow", TOOLS = 44, CLICK = 4;

export class Notes {
  constructor({ surface, view, edits, cards }) {
    Object.assign(this, { surface, view, cards, edits, boxing: false, chosen: null, press: null });
    this.home = () => document.getElementById("notes");
    surface.addEventListener("pointerdown", (event) => this.down(event), true);
    surface.addEventListener("pointermove", (event) => this.move(event), true);
    surface.addEventListener("pointerup", (event) => this.up(event), true);
    surface.addEventListener("dblclick", (event) => { if (this.at(event)) this.open(event); }, true);
    surface.addEventListener("keydown", (event) => this.key(event), true);
    surface.addEventListener("focusin", (event) => this.choose(this.at(event)?.dataset.note ?? null));
    document.addEventListener("htmx:oobAfterSwap", () => this.place());
    // What is chosen anew leaves the notes of the last box behind.
    cards.onSelect.push(() => { if (!this.boxing) this.box(null); });
    this.place();
  }

  at(event) { return event.target.closest?.(".note"); }

  get mayEdit() { return Boolean(this.surface.dataset.mayEdit); }

  place() {
    for (const note of this.home()?.children ?? []) {
      stand(note);
      note.classList.toggle("selected", note.dataset.note === this.chosen || note.classList.contains("boxed"));
    }
  }

  choose(key) {
    if (this.chosen === key) return;
    this.chosen = key;
    this.place();
  }

  /** Take the notes into a box of chosen cards: they go along when these are moved, copied or deleted. */
  box(area) {
    for (const note of this.home().children) {
      const [x, y, w, h] = ["x", "y", "w", "h"].map((name) => Number(note.dataset[name]));
      note.classList.toggle("boxed", Boolean(area) && x < area.right && x + w > area.left && y < area.bottom && y + h > area.top);
    }
    this.place();
  }

  /** Give the notes that were drawn a box around, and where each stands. */
  boxed() { return [...this.home().querySelectorAll(".boxed")].map((note) => ({ note, x: Number(note.dataset.x), y: Number(note.dataset.y) })); }

  carry(along, dx, dy) {
    for (const { note, x, y } of along) Object.assign(note.dataset, { x: snap(x + dx), y: snap(y + dy) });
    if (along.length) this.place();
  }

  placesOf(along) { return Object.fromEntries(along.map(({ note }) => [note.dataset.note, [Number(note.dataset.x), Number(note.dataset.y)]])); }

  /** Name every note that is chosen, alone or with cards. */
  get keys() { return [...new Set([...(this.chosen ? [this.chosen] : []), ...this.boxed().map(({ note }) => note.dataset.note)])]; }

  placeOfChosen() {
    const { x, y } = document.getElementById(`note-${this.keys[0]}`).dataset;
    return [Number(x), Number(y)];
  }

  down(event) {
    const note = this.at(event);
    if (!note || event.target.closest("textarea, .note-tools")) return;
    event.stopPropagation();
    event.preventDefault();
    note.focus({ preventScroll: true });
    if (!this.mayEdit || event.button) return;
    const box = note.getBoundingClientRect(), corner = box.right - event.clientX < 16 && box.bottom - event.clientY < 16;
    const { x, y, w, h } = note.dataset;
    this.press = { note, corner, from: [event.clientX, event.clientY], was: [x, y, w, h].map(Number), moved: false };
    note.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { press } = this;
    if (!press) return;
    event.stopPropagation();
    const dx = (event.clientX - press.from[0]) / this.view.k, dy = (event.clientY - press.from[1]) / this.view.k;
    if (!press.moved && Math.hypot(dx, dy) * this.view.k < CLICK) return;
    press.moved = true;
    const [x, y, w, h] = press.was;
    if (press.corner) Object.assign(press.note.dataset, { w: Math.max(LEAST[0], snap(w + dx)), h: Math.max(LEAST[1], snap(h + dy)) });
    else Object.assign(press.note.dataset, { x: snap(x + dx), y: snap(y + dy) });
    this.place();
  }

  up(event) {
    const { press } = this;
    if (!press) return;
    event.stopPropagation();
    this.press = null;
    if (press.moved) this.keep(press.note);
  }

  key(event) {
    const note = this.at(event);
    if (!note || event.target.closest("textarea, .note-tools")) return;
    const arrow = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") this.open(event);
    else if (event.key === "Delete" || event.key === "Backspace") this.remove();
    else if (arrow && event.shiftKey) this.nudge(note, arrow);
    else if (event.key === "Escape") this.surface.focus({ preventScroll: true });
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  nudge(note, [dx, dy]) {
    if (!this.mayEdit) return;
    note.dataset.x = Number(note.dataset.x) + dx * GRID;
    note.dataset.y = Number(note.dataset.y) + dy * GRID;
    this.place();
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.keep(note), 400);
  }

  /** Open a new note for writing, where it lies on nothing; it becomes one of the flow when something was written. */
  add() {
    if (!this.mayEdit) return;
    this.view.measure();
    const [x, y] = this.view.center(), [w, h] = NEW;
    const [left, top] = this.cards.freePlace([x - w / 2, y - h / 2], [w, h + TOOLS], this.view.free());
    const note = document.createElement("article");
    note.className = `note note-${COLOR}`;
    note.tabIndex = 0;
    note.append(document.createElement("p"));
    Object.assign(note.dataset, { color: COLOR, x: left, y: top, w, h });
    stand(note);
    // Beside the notes of the flow, which the server may draw anew at any time.
    this.home().after(note);
    this.view.reveal({ left, top, right: left + w, bottom: top + h + TOOLS });
    this.write(note);
  }

  /** Hand a new note to the server; the focus goes on to the one it draws. */
  make(draft) {
    const known = new Set([...this.home().children].map((note) => note.id));
    this.edits.send({ op: "note", ...saidBy(draft) }, () => {
      const had = draft.contains(document.activeElement);
      draft.remove();
      this.place();
      const note = [...this.home().children].find((one) => !known.has(one.id));
      if (had) note?.focus({ preventScroll: true });
    });
  }

  open(event) {
    event.stopPropagation();
    const note = this.at(event);
    if (this.mayEdit && note && !note.querySelector("textarea")) this.write(note);
  }

  write(note) {
    const area = document.createElement("textarea"), tools = document.createElement("div"), was = note.querySelector("p").textContent;
    Object.assign(area, { value: was, maxLength: 4000 });
    area.setAttribute("aria-label", words("note_words"));
    tools.className = "note-tools";
    tools.addEventListener("keydown", (event) => event.stopPropagation());
    for (const [color, name] of Object.entries(colors())) tools.append(this.swatch(note, color, name));
    note.append(area, tools);
    note.classList.add("writing");
    area.focus({ preventScroll: true });
    let closed = false;
    const close = (keeps, stays = true) => {
      // Taking the field away makes it lose the focus, which would close it once more.
      if (closed) return;
      closed = true;
      note.classList.remove("writing");
      const text = area.value;
      area.remove();
      tools.remove();
      if (keeps) note.querySelector("p").textContent = text;
      this.written(note, text !== was && keeps, stays);
    };
    area.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") close(false);
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) close(true);
    });
    note.addEventListener("focusout", (event) => { if (!note.contains(event.relatedTarget)) close(true, false); });
  }

  /** A note that says nothing does not stay. */
  written(note, changed, stays) {
    const isEmpty = !note.querySelector("p").textContent.trim();
    if (stays) (isEmpty ? this.surface : note).focus({ preventScroll: true });
    if (isEmpty && !note.dataset.note) {
      note.remove();
      say("cancelled");
    } else if (!note.dataset.note) this.make(note);
    else if (isEmpty) this.remove([note.dataset.note]);
    else if (changed) this.keep(note);
  }

  swatch(note, color, name) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: `swatch note-${color}`, title: name });
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => {
      note.classList.remove(`note-${note.dataset.color}`);
      note.classList.add(`note-${color}`);
      note.dataset.color = color;
      this.keep(note);
    });
    return button;
  }

  keep(note) {
    // A new note is sent as a whole when it is written.
    if (note.dataset.note) this.edits.send({ op: "note", key: note.dataset.note, ...saidBy(note) });
  }

  remove(keys = this.keys) {
    if (!keys.length || !this.mayEdit) return;
    for (const key of keys) document.getElementById(`note-${key}`)?.classList.add("leaving");
    this.edits.send({ op: "unnote", keys });
    this.chosen = null;
    say("note_deleted");
    this.surface.focus({ preventScroll: true });
  }
}

function stand(note) {
  const { x, y, w, h } = note.dataset;
  Object.assign(note.style, { transform: `translate(${x}px, ${y}px)`, width: `${w}px`, height: `${h}px` });
}

/** Give what a note says, and where and how it stands, as the server takes it. */
function saidBy(note) {
  const { x, y, w, h, color } = note.dataset, text = note.querySelector("textarea")?.value ?? note.querySelector("p").textContent;
  return { text, at: [Number(x), Number(y)], size: [Number(w), Number(h)], color };
}
