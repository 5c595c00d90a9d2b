// The small menu that offers the kinds of step where a pulled link was let go.
import { WIDTH, snap } from "./cards.js";
import { say, words } from "./say.js";

const WIDE = 184, ROW = 38;

export class AddMenu {
  constructor({ surface, view, cards, links, edits }) {
    Object.assign(this, { surface, view, cards, links, edits, element: null });
    document.addEventListener("pointerdown", (event) => { if (!this.surface.contains(event.target)) this.close(); });
  }

  /** Open at a point of the page; say whether there was anything to offer. */
  open(clientX, clientY, from = "", port = "") {
    this.close();
    const kinds = [...document.querySelectorAll("#palette [data-add]")];
    if (!kinds.length) return false;
    const { view } = this, at = view.toBoard(clientX, clientY);
    this.element = document.createElement("div");
    this.element.className = "add-here";
    this.element.setAttribute("role", "menu");
    this.element.setAttribute("aria-label", words("add_here"));
    for (const kind of kinds) this.element.append(this.item(kind, at, from, port));
    const x = Math.min(clientX - view.left, view.width - WIDE - 8), y = Math.min(clientY - view.top - 16, view.height - kinds.length * ROW - 20);
    Object.assign(this.element.style, { left: `${Math.max(8, x)}px`, top: `${Math.max(8, y)}px` });
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.surface.append(this.element);
    this.back = from || this.cards.focused?.key;
    this.element.firstElementChild.focus({ preventScroll: true });
    say("add_here");
    return true;
  }

  /** Open beside a card, for a person without a pointer. */
  openBeside(key, port) {
    const card = this.cards.get(key), { view } = this;
    const [x, y] = this.cards.freePlace([card.x + WIDTH + 90, card.y]);
    view.reveal({ left: card.x, right: x + WIDTH, top: Math.min(card.y, y), bottom: Math.max(card.y + card.h, y + 120) });
    this.links.stretch(card, port, [x, y + 20]);
    this.open(x * view.k + view.x + view.left, (y + 20) * view.k + view.y + view.top, key, port);
  }

  item(kind, at, from, port) {
    const item = document.createElement("button");
    Object.assign(item, { type: "button", innerHTML: kind.innerHTML, tabIndex: -1 });
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => {
      this.close();
      const [x, y] = from ? at : [at[0] - WIDTH / 2, at[1]];
      this.edits.add(kind.dataset.add, [snap(x), snap(y - 20)], from, port);
    });
    return item;
  }

  key(event) {
    const items = [...this.element.children], at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) items.at(next % items.length).focus();
    else if (event.key === "Escape" || event.key === "Tab") this.leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  leave() {
    const { back } = this;
    this.close();
    say("cancelled");
    if (back) this.cards.focus(back, false);
  }

  close() {
    if (!this.element) return;
    this.element.remove();
    this.element = null;
    this.links.letGo();
  }
}
