// The pointer: cards are dragged, links are drawn from ports, the background pans, the wheel pans and zooms.
const FAR = 4;

export class Drag {
  constructor(surface, board, edits) {
    Object.assign(this, { surface, board, edits, pointers: new Map(), now: null });
    surface.addEventListener("pointerdown", (event) => this.down(event));
    surface.addEventListener("pointermove", (event) => this.move(event));
    surface.addEventListener("pointerup", (event) => this.up(event));
    surface.addEventListener("pointercancel", () => this.cancel());
    surface.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    surface.addEventListener("dblclick", (event) => {
      const card = event.target.closest(".card");
      if (card) board.open(card.dataset.step);
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.now) this.cancel(); });
  }

  down(event) {
    if (event.target.closest("#minimap") || event.target.closest(".add-here")) return;
    this.closeMenu();
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.pointers.size === 2) { this.now = { what: "pinch", gap: this.gap() }; return; }
    const card = event.target.closest(".card"), port = event.target.closest(".port");
    const at = { x: event.clientX, y: event.clientY };
    if (port && event.button === 0) {
      this.now = { what: "link", key: card.dataset.step, port: port.dataset.port, ...at };
    } else if (card && event.button === 0) {
      const key = card.dataset.step, { board } = this;
      if (event.shiftKey) board.select(board.selected.has(key) ? [...board.selected].filter((k) => k !== key) : [...board.selected, key]);
      else if (!board.selected.has(key)) board.select([key]);
      const from = [...board.selected].map((k) => { const c = board.cards.get(k); return [c, c.x, c.y]; });
      this.now = { what: "card", key, from, ...at };
      board.focus(key);
    } else if (event.button <= 1) {
      this.now = { what: "pan", ...at };
      this.surface.focus({ preventScroll: true });
    }
    if (this.now) { event.preventDefault(); this.surface.setPointerCapture(event.pointerId); }
  }

  move(event) {
    if (!this.now || !this.pointers.has(event.pointerId)) return;
    const last = this.pointers.get(event.pointerId), { now, board } = this;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    const dx = event.clientX - now.x, dy = event.clientY - now.y;
    now.far ||= Math.hypot(dx, dy) > FAR;
    if (now.what === "pan") board.pan(event.clientX - last[0], event.clientY - last[1]);
    else if (now.what === "pinch") this.pinch();
    else if (now.what === "card" && now.far) {
      for (const [card, x, y] of now.from) board.moveTo(card, x + dx / board.view.k, y + dy / board.view.k);
      board.links.moved(board.selected);
    } else if (now.what === "link" && now.far) {
      board.links.stretch(board.cards.get(now.key), now.port, board.toBoard(event.clientX, event.clientY));
      this.target(this.cardAt(event, now.key));
    }
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    const { now, board } = this;
    if (!now || this.pointers.size) return;
    this.now = null;
    if (now.what === "card" && now.far) this.edits.move(now.from.map(([card]) => card));
    else if (now.what === "card" && !event.shiftKey) board.open(now.key);
    else if (now.what === "pan" && !now.far) board.select([]);
    else if (now.what === "link") this.drop(event, now);
    this.target(null);
    board.drawSoon();
  }

  drop(event, now) {
    const { board } = this, over = this.cardAt(event, now.key);
    if (over) this.edits.link(now.key, now.port, over.dataset.step);
    else if (now.far) { this.menu(event, now); return; }
    board.links.stretch(null, "", null);
  }

  // Dropped on nothing: offer the kinds of step there, linked at once.
  menu(event, now) {
    const box = this.surface.getBoundingClientRect(), menu = document.createElement("div");
    const [x, y] = this.board.toBoard(event.clientX, event.clientY);
    menu.className = "add-here";
    menu.setAttribute("role", "menu");
    menu.style.left = `${Math.min(event.clientX - box.left, box.width - 170)}px`;
    menu.style.top = `${Math.min(event.clientY - box.top, box.height - 260)}px`;
    for (const button of document.querySelectorAll("#palette [data-add]")) {
      const item = document.createElement("button");
      item.type = "button";
      item.setAttribute("role", "menuitem");
      item.textContent = button.textContent.trim();
      item.addEventListener("click", () => {
        this.closeMenu();
        this.edits.add(button.dataset.add, [Math.round(x), Math.round(y - 20)], now.key, now.port);
      });
      menu.append(item);
    }
    this.surface.append(menu);
    menu.firstElementChild?.focus();
    this.board.say("add_here");
  }

  closeMenu() {
    this.surface.querySelector(".add-here")?.remove();
    this.board.links.stretch(null, "", null);
  }

  cancel() {
    if (this.now?.what === "card") for (const [card, x, y] of this.now.from) this.board.moveTo(card, x, y);
    this.now = null;
    this.pointers.clear();
    this.target(null);
    this.closeMenu();
    this.board.links.moved(this.board.selected);
    this.board.say("cancelled");
  }

  cardAt(event, but) {
    const card = document.elementFromPoint(event.clientX, event.clientY)?.closest(".card");
    return card && card.dataset.step !== but ? card : null;
  }

  target(card) {
    this.over?.classList.remove("target");
    this.over = card;
    card?.classList.add("target");
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) this.board.zoomBy(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
    else this.board.pan(-event.deltaX, -event.deltaY);
  }

  gap() {
    const [a, b] = [...this.pointers.values()];
    return { d: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 };
  }

  pinch() {
    const before = this.now.gap, gap = this.gap();
    this.board.zoomBy(gap.d / before.d, gap.x, gap.y);
    this.board.pan(gap.x - before.x, gap.y - before.y);
    this.now.gap = gap;
  }
}
