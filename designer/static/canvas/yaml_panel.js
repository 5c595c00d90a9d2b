// The YAML of the flow beside its drawing: one draft, two views of it. Where there is no room for both, it has its own page.
const BESIDE = matchMedia("(min-width: 1100px)");

export class YamlPanel {
  constructor({ cards, view, edits, presence }) {
    Object.assign(this, { cards, view, edits, presence, editor: null, opener: null });
    this.panel = document.getElementById("yaml-panel");
    this.home = this.panel.querySelector(".yaml-here");
    document.addEventListener("click", (event) => this.pressed(event));
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && event.target.matches("button")) this.close(); });
    this.panel.addEventListener("htmx:afterRequest", ({ detail }) => this.answered(detail));
    this.panel.addEventListener("htmx:beforeSwap", ({ detail }) => { if (this.refreshing && this.editor?.dirty) detail.shouldSwap = false; });
    document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => { if (target.id === "state") this.follow(); });
    cards.onSelect.push(() => this.showChosen());
    addEventListener("beforeunload", (event) => { if (this.editor?.dirty) event.preventDefault(); });
  }

  /** Links to the YAML of this flow open it here; with a key held down they do what links do. */
  pressed(event) {
    if (event.target.closest("[data-close-yaml]")) { this.close(); return; }
    const link = event.target.closest(`a[href="${CSS.escape(this.panel.dataset.url)}"]`);
    if (!link || !BESIDE.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (this.panel.hidden || link.id !== "open-yaml") this.open(link);
    else this.close();
  }

  async open(opener) {
    this.opener = opener;
    this.panel.hidden = false;
    this.told(true);
    if (!this.home.childElementCount) await this.load();
    else this.follow();
    this.view.measure();
    this.showChosen();
    this.editor?.view.focus();
  }

  /** What is not saved yet stays behind the closed panel. */
  close() {
    this.panel.hidden = true;
    this.told(false);
    (this.opener?.isConnected ? this.opener : document.getElementById("open-yaml"))?.focus();
  }

  told(open) { document.getElementById("open-yaml")?.setAttribute("aria-expanded", String(open)); }

  async load() {
    this.refreshing = true;
    const [{ editorIn }] = await Promise.all([
      import(this.panel.dataset.editor),
      window.htmx.ajax("GET", this.panel.dataset.url, { target: this.home, swap: "innerHTML" }).catch(() => {}),
    ]);
    this.refreshing = false;
    this.editor = editorIn(this.home);
  }

  /** Others drew, or the canvas did: show it, unless words are half written; those are merged when they are saved. */
  follow() {
    const form = this.home.querySelector("form"), now = Number(document.getElementById("state").dataset.rev);
    if (this.panel.hidden || this.refreshing || !form || this.editor?.dirty || this.seen === now) return;
    this.seen = now;
    if (Number(form.elements.rev.value) < now) this.load();
  }

  /** What was saved here is drawn at once, and undone as any edit of the canvas. */
  answered({ xhr, elt, requestConfig }) {
    if (requestConfig.verb === "get" || xhr.status >= 300) return;
    if (requestConfig.path.endsWith("/undo")) this.edits.backs.pop();
    else if (elt.closest("form")) this.edits.backs.push(null);
    this.presence?.tell();
  }

  showChosen() {
    if (this.panel.hidden || !this.editor || this.cards.selected.size !== 1) return;
    const [key] = this.cards.selected;
    this.editor.showStep(key);
  }
}
