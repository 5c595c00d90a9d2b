// Words on links: drawn in the middle of their line, written from the bar of a chosen link, by a double click, or by T.
import { pointAt } from "./curve.js";
import { words } from "./say.js";

const HALF = 85;

export class LinkLabels {
  constructor({ surface, view, cards, links, edits }) {
    Object.assign(this, { surface, view, cards, links, edits, shown: new Map(), figures: {} });
    this.layer = surface.querySelector("#viewport").appendChild(document.createElement("div"));
    this.layer.className = "link-labels";
    cards.onRead.push(() => this.read());
    view.after.push(() => this.follow());
    links.write.addEventListener("click", () => this.write(links.selected));
    surface.addEventListener("keydown", (event) => {
      const link = links.selected;
      if (event.key.toLowerCase() !== "t" || !link || event.ctrlKey || event.target.closest("input")) return;
      event.preventDefault();
      event.stopPropagation();
      this.write(link);
    }, true);
  }

  /** Bring the labels in line with what the cards say of their links. */
  read() {
    const wanted = new Map();
    for (const card of this.cards.all.values()) {
      for (const { port, to, words: own } of card.links) {
        const figure = this.figures[`${card.key}|${to}`], text = [own, figure?.text].filter(Boolean).join(" · ");
        if (text && to) wanted.set(`${card.key}|${port}|${to}`, { text, title: figure?.title ?? "" });
      }
    }
    for (const [id, label] of this.shown) if (!wanted.has(id)) { label.remove(); this.shown.delete(id); }
    for (const [id, { text, title }] of wanted) {
      if (!this.shown.has(id)) {
        const label = this.layer.appendChild(document.createElement("span"));
        label.className = "link-label";
        this.shown.set(id, label);
      }
      Object.assign(this.shown.get(id), { textContent: text, title });
      this.shown.get(id).drawn = "";
    }
    this.view.changed();
  }

  follow() {
    for (const [id, label] of this.shown) {
      const link = this.links.all.get(id);
      label.hidden = !link;
      if (!link) continue;
      const place = middle(link);
      if (place === label.drawn) continue;
      label.drawn = place;
      label.style.transform = place;
    }
  }

  /** Write on the link that leads out of a port of a card; say whether there is one. */
  writeAt(key, port) {
    const { to } = this.cards.get(key).links.find((own) => own.port === port) ?? {}, link = this.links.all.get(`${key}|${port}|${to}`);
    if (link) this.write(link);
    return Boolean(link);
  }

  /** Open a field on a link; Enter keeps the words, an empty field takes them away. */
  write(link) {
    if (!this.surface.dataset.mayEdit) return;
    const { from, port, to } = link, field = document.createElement("input");
    field.className = "link-label writing";
    field.maxLength = 80;
    const was = (field.value = this.cards.get(from).links.find((own) => own.port === port)?.words ?? "");
    field.setAttribute("aria-label", words("label"));
    field.style.transform = middle(link);
    const back = document.activeElement?.closest(".card") ? document.activeElement : this.surface;
    this.layer.append(field);
    const [x, y] = pointOf(link);
    this.view.reveal({ left: x - HALF, right: x + HALF, top: y - HALF / 4, bottom: y + HALF / 4 });
    this.links.bar.hidden = true;
    field.focus({ preventScroll: true });
    let closed = false;
    const close = (keeps, stays = true) => {
      // Taking the field away makes it lose the focus, which would close it once more.
      if (closed) return;
      closed = true;
      const text = field.value.trim();
      field.remove();
      if (keeps && text !== was) this.edits.send({ op: "label", from, port, words: { [this.surface.dataset.lang]: text } });
      this.links.bar.hidden = this.links.selected !== link;
      // Whoever went on to something else is left there.
      if (stays) back.focus({ preventScroll: true });
    };
    field.addEventListener("pointerdown", (event) => event.stopPropagation());
    field.addEventListener("blur", () => close(true, false));
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && !event.isComposing) close(true);
      if (event.key === "Escape") close(false);
    });
  }
}

const pointOf = ({ curves }) => pointAt(curves[Math.floor(curves.length / 2)], 0.5);

function middle(link) {
  const [x, y] = pointOf(link);
  return `translate(${Math.round(x)}px, ${Math.round(y)}px) translate(-50%, -50%)`;
}
