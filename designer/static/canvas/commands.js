// The command palette: every action by name, and words of every flow, script and rule.
import { words } from "./say.js";

const WAIT = 160, LEAST = 2;

export class Commands {
  constructor({ surface }, does) {
    Object.assign(this, { surface, does, dialog: document.getElementById("commands") });
    if (!this.dialog) return;
    this.field = document.getElementById("command");
    this.list = document.getElementById("command-list");
    this.own = [...this.list.children];
    for (const [number, item] of this.own.entries()) item.id = `command-${number}`;
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); this.open(); }
    });
    this.field.addEventListener("input", () => this.filter());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
    this.dialog.addEventListener("click", (event) => { if (event.target === this.dialog) this.dialog.close(); });
    this.dialog.addEventListener("submit", (event) => event.preventDefault());
  }

  open() {
    if (this.dialog.open) return;
    this.field.value = "";
    this.filter();
    this.dialog.showModal();
    this.field.focus();
  }

  filter() {
    const wanted = this.field.value.trim().toLowerCase();
    this.list.replaceChildren(...this.own.filter((item) => item.textContent.toLowerCase().includes(wanted)));
    this.choose(this.list.firstElementChild);
    clearTimeout(this.later);
    if (wanted.length >= LEAST || /[^\x00-\x7f]/.test(wanted)) this.later = setTimeout(() => this.find(wanted), WAIT);
  }

  async find(wanted) {
    const answer = await fetch(`${this.surface.dataset.findUrl}?${new URLSearchParams({ q: wanted })}`).catch(() => null);
    if (!answer?.ok || this.field.value.trim().toLowerCase() !== wanted) return;
    for (const old of this.list.querySelectorAll(".hit, .none")) old.remove();
    this.list.insertAdjacentHTML("beforeend", await answer.text());
    for (const [number, hit] of [...this.list.querySelectorAll(".hit")].entries()) hit.id = `hit-${number}`;
    if (!this.list.childElementCount) this.list.insertAdjacentHTML("beforeend", `<li class="none muted"></li>`);
    const none = this.list.querySelector(".none");
    if (none) none.textContent = words("no_command");
    if (!this.chosen?.isConnected) this.choose(this.list.querySelector("[role=option]"));
  }

  choose(item) {
    this.chosen?.removeAttribute("aria-selected");
    this.chosen = item;
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", item?.id ?? "");
  }

  key(event) {
    if (event.isComposing) return;
    const items = [...this.list.querySelectorAll("[role=option]")], at = items.indexOf(this.chosen);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (next !== undefined && items.length) this.choose(items.at(next % items.length));
    else if (event.key === "Enter") this.take(this.chosen);
    else return;
    event.preventDefault();
  }

  take(item) {
    if (!item) return;
    this.dialog.close();
    const { does, href, step, flow } = item.dataset;
    if (does) this.does[does]?.();
    else if (step && flow === this.surface.dataset.flow) document.dispatchEvent(new CustomEvent("dialoom:select", { detail: { step } }));
    else if (href) location.assign(href);
  }
}
