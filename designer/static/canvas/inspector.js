// The inspector beside the canvas: loads a step's form, and follows its card unless somebody is typing.
export class Inspector {
  constructor({ surface, view, cards }) {
    Object.assign(this, { surface, view, cards, dirty: false, shown: null });
    this.panel = document.getElementById("inspector");
    this.panel.addEventListener("input", () => { this.dirty = true; this.refused = false; });
    this.panel.addEventListener("htmx:afterRequest", (event) => { if (taken(event)) this.dirty = false; });
    this.panel.addEventListener("htmx:beforeRequest", () => { this.focused = document.activeElement?.name || "button"; });
    document.addEventListener("htmx:oobAfterSwap", (event) => { if (event.detail.target === this.panel) this.giveFocusBack(); });
    cards.onRead.push((changed, gone) => this.follow(changed, gone));
    document.addEventListener("click", (event) => this.leave(event), true);
    if (!surface.dataset.mayEdit) this.panel.addEventListener("htmx:afterSwap", () => this.forReading());
  }

  /** Words half written are saved before the panel closes or another page opens; what is refused stays open. */
  async leave(event) {
    const way = event.target.closest?.("[data-close-inspector], a[href]");
    if (!way || !this.dirty || this.gone || this.refused || this.panel.hidden || event.ctrlKey || event.metaKey || way.target === "_blank") return;
    event.preventDefault();
    event.stopPropagation();
    // What was refused says why; the second time one may leave without it.
    const saved = await this.saved();
    if (!saved) this.refused = true;
    else if (way.isConnected) way.click();
    else this.panel.querySelector("[data-close-inspector]")?.click(); // The form was drawn anew, its button too.
  }

  /** Show a step; words half written in another step's form are saved first. */
  async open(key) {
    if (!this.surface.dataset.stepUrl) return;
    const showing = !this.panel.hidden && this.panel.childElementCount > 0;
    // Pressing the card of a half-written form again must not throw the words away.
    if (showing && this.shown === key && this.dirty) return;
    if (showing && this.dirty && !(await this.saved())) return;
    this.load(key);
    if (this.cards.has(key)) this.view.reveal(this.cards.boxOf(this.cards.get(key)));
  }

  /** Save the form that is open; say whether it was taken. */
  saved() {
    const form = this.panel.querySelector("form");
    if (!form) return true;
    if (!form.reportValidity()) return false;
    return new Promise((done) => {
      form.addEventListener("htmx:afterRequest", (event) => {
        this.dirty = !taken(event);
        done(taken(event));
      }, { once: true });
      form.requestSubmit();
    });
  }

  load(key) {
    Object.assign(this, { shown: key, dirty: false, gone: false });
    this.panel.hidden = false;
    window.htmx.ajax("GET", this.surface.dataset.stepUrl + encodeURIComponent(key), { target: "#inspector", swap: "innerHTML" });
  }

  /** Saving draws the form anew: whoever was in a field goes on there. */
  giveFocusBack() {
    if (!this.focused || document.activeElement !== document.body) return;
    const field = this.panel.querySelector(`[name="${CSS.escape(this.focused)}"]`) ?? this.panel.querySelector("button.primary");
    field?.focus({ preventScroll: true });
  }

  follow(changed, gone) {
    if (this.panel.hidden || !this.shown) return;
    if (gone.some((card) => card.key === this.shown)) {
      if (this.dirty) { this.keepOpen(); return; }
      this.panel.hidden = true;
      this.panel.replaceChildren();
    } else if (changed.has(this.shown) && !this.dirty && this.isStale()) this.load(this.shown);
  }

  /** Whoever may not edit reads the form. */
  forReading() {
    for (const field of this.panel.querySelectorAll("input, select, textarea, [data-add-row], [data-remove-row]")) field.disabled = true;
  }

  /** Somebody deleted the step whose words are being written: they are not thrown away. */
  keepOpen() {
    this.gone = true;
    const said = Object.assign(document.createElement("p"), { className: "notice failed", role: "alert", textContent: this.panel.dataset.gone });
    this.panel.querySelector("form")?.prepend(said);
  }

  /** A form says what it was filled from, where the server drew that; a card that only moved changes nothing in it. */
  isStale() {
    const seen = this.panel.querySelector("form")?.elements.seen?.value;
    return seen !== undefined && seen !== this.cards.get(this.shown).element.dataset.seen;
  }
}

/** Say whether a form was saved: a conflict is an answer too, but not that one. */
function taken({ detail: { xhr } }) { return xhr.status >= 200 && xhr.status < 300; }
