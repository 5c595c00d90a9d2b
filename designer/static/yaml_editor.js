// The YAML editor: CodeMirror over the text field of the form. The field stays what is sent, and holds
// at any time what was typed, so that all that watches forms goes on working, and works without this too.
import { look } from "./yaml_look.js";
import {
  EditorState, EditorView, Transaction, defaultKeymap, highlightSelectionMatches, highlightSpecialChars, history, historyKeymap,
  indentUnit, indentWithTab, keymap, lintGutter, nextDiagnostic, previousDiagnostic, search, searchKeymap, setDiagnostics, yaml,
} from "./vendor/codemirror.min.js";

const PAUSE = 400;
const MODIFIERS = ["Shift", "Control", "Alt", "Meta", "Tab"];
/** By file: the form is drawn anew with each answer, but whoever writes keeps place, selection and undo. */
const editors = new Map();

export class YamlEditor {
  constructor(area) {
    this.view = new EditorView({ doc: area.value, extensions: this.extensions(area) });
    this.place(area);
    this.showProblems();
  }

  extensions(area) {
    const writes = area.readOnly ? [EditorState.readOnly.of(true)] : [keymap.of([indentWithTab]), history(), keymap.of(historyKeymap)];
    return [
      look, yaml(), indentUnit.of("  "), EditorView.lineWrapping, highlightSpecialChars(), highlightSelectionMatches(), search({ top: true }), lintGutter(),
      EditorState.phrases.of(JSON.parse(area.dataset.phrases)), EditorState.tabSize.of(2),
      keymap.of([
        { key: "Mod-s", run: () => this.save(), preventDefault: true, stopPropagation: true },
        { key: "F8", run: nextDiagnostic }, { key: "Shift-F8", run: previousDiagnostic },
      ]),
      writes, keymap.of([...searchKeymap, ...defaultKeymap]),
      EditorView.editorAttributes.of({ class: "code" }),
      EditorView.contentAttributes.of({ "aria-labelledby": "yaml-label", "aria-describedby": "yaml-hint", spellcheck: "false", tabindex: "0" }),
      // Escape lets the next Tab leave, however long that takes; any other key goes on writing.
      EditorView.domEventHandlers({
        keydown: ({ key }, view) => { if (!MODIFIERS.includes(key)) view.setTabFocusMode(key === "Escape"); },
        blur: (_event, view) => view.setTabFocusMode(false),
      }),
      EditorView.updateListener.of((update) => { if (update.docChanged) this.changed(); }),
    ];
  }

  get text() { return this.view.state.doc.toString(); }

  /** Say whether something here is not saved yet. */
  get dirty() { return this.area.value !== this.area.defaultValue; }

  /** Stand over a field: beside its label, as a press on a label goes to its field. */
  place(area) {
    const label = area.closest("label");
    this.area = area;
    area.classList.add("visually-hidden");
    Object.assign(area, { tabIndex: -1, ariaHidden: "true" });
    label.addEventListener("click", (event) => { event.preventDefault(); this.view.focus(); });
    label.after(this.view.dom);
    area.form.querySelector("#yaml-hint").hidden = false;
    area.addEventListener("input", () => this.take(area.value));
    area.form.addEventListener("htmx:beforeRequest", ({ target }) => { if (target === area.form) this.sent = this.text; });
  }

  /** Go on over the field of an answer. */
  follow(area, left) {
    const { verb, sent, focused, rev, snapshot, unsaved } = left, saved = verb === "put";
    this.place(area);
    if (saved && this.text !== sent) {
      // Somebody wrote on while it was saved: that stays, and is merged from where it began if others wrote too.
      if (area.value !== sent) area.form.elements.rev.value = rev;
      area.value = this.text;
      this.changed();
    } else {
      this.take(area.value, unsaved && !saved, snapshot);
      clearTimeout(this.later);
      this.showProblems();
    }
    if (focused) this.view.focus();
  }

  /** Take a text in with the least change; what was typed and not saved can be brought back by undoing. */
  take(text, undoable = true, snapshot = null) {
    const old = this.text, change = difference(old, text), { state } = this.view;
    const changes = state.changes(change ? [change] : []), effects = snapshot ? [snapshot.map(changes)] : [];
    if (change || snapshot) this.view.dispatch({ changes, effects, annotations: Transaction.addToHistory.of(undoable), filter: false });
  }

  save() {
    if (!this.area.readOnly) this.area.form.requestSubmit();
    return true;
  }

  changed() {
    this.area.value = this.text;
    clearTimeout(this.later);
    this.asking?.abort();
    if (this.area.isConnected && !this.area.readOnly) this.later = setTimeout(() => this.check(), PAUSE);
  }

  /** Have the server name the problems of what is typed. Quietly: if it cannot, saving will say so. */
  async check() {
    this.asking = new AbortController();
    const { signal } = this.asking, headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
    const body = new URLSearchParams({ text: this.text });
    const answer = await fetch(this.area.dataset.check, { method: "POST", headers, body, signal }).catch(() => null);
    const found = answer?.ok && (await answer.text().catch(() => ""));
    if (!found || signal.aborted) return;
    const fresh = new DOMParser().parseFromString(found, "text/html").getElementById("yaml-problems");
    const status = this.problems.querySelector("[role=status]"), now = fresh.querySelector("[role=status]");
    // A live region speaks when its words change, not when it is replaced.
    if (status.textContent !== now.textContent) status.textContent = now.textContent;
    now.replaceWith(status);
    this.problems.replaceChildren(...fresh.childNodes);
    this.showProblems();
  }

  get problems() { return this.area.form.querySelector("#yaml-problems"); }

  /** Mark the problems of the list on their lines. */
  showProblems() {
    const { doc } = this.view.state;
    const marks = [...this.problems.querySelectorAll("li")].map((item) => {
      const { from, to } = spot(doc, item.querySelector("[data-line]").dataset);
      return { from, to, severity: item.classList.contains("warning") ? "warning" : "error", message: item.querySelector("span").textContent };
    });
    this.view.dispatch(setDiagnostics(this.view.state, marks.sort((one, other) => one.from - other.from)));
  }

  jump(dataset) {
    this.goTo(spot(this.view.state.doc, dataset).from, "center");
    this.view.focus();
  }

  /** Bring a step of a flow into sight, without taking the focus from where it is. */
  showStep(key) {
    const at = lineOfStep(this.view.state.doc, key);
    if (at !== null) this.goTo(at, "start");
  }

  goTo(at, y) {
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y, yMargin: 24 }) });
  }
}

/** Give the one range in which two texts differ, null when they do not. */
function difference(old, text) {
  if (old === text) return null;
  const most = Math.min(old.length, text.length);
  let from = 0, end = 0;
  while (from < most && old[from] === text[from]) from += 1;
  while (end < most - from && old.at(-1 - end) === text.at(-1 - end)) end += 1;
  return { from, to: old.length - end, insert: text.slice(from, text.length - end) };
}

/** Give the word at a line and a column; columns count characters as the server does, lines may lie behind the end. */
function spot(doc, { line, column }) {
  const found = doc.line(Math.min(Math.max(1, Number(line)), doc.lines));
  const before = [...found.text].slice(0, Math.max(0, Number(column) - 1)).join("").length;
  const word = found.text.slice(before).match(/^\s*\S+/)?.[0].length ?? 0;
  return { from: found.from + (word ? before : found.text.search(/\S|$/)), to: word ? found.from + before + word : found.to };
}

/** Find where a step begins: a key right under `steps`. */
function lineOfStep(doc, key) {
  let indent = null;
  for (let number = 1, inside = false; number <= doc.lines; number++) {
    const { text, from } = doc.line(number), stands = text.search(/\S/);
    if (stands < 0 || text[stands] === "#") continue;
    if (stands === 0) inside = text.startsWith("steps:");
    else if (inside) {
      indent ??= stands;
      if (stands === indent && text.slice(stands).match(/^["']?([\w-]+)["']?\s*:/)?.[1] === key) return from + stands;
    }
  }
  return null;
}

/** Give the editor over a field of a part of the page. */
export function editorIn(root) {
  const area = root.querySelector("textarea[data-yaml]");
  return area && editors.get(area.dataset.yaml);
}

function dress(root) {
  for (const area of root.querySelectorAll("textarea[data-yaml]")) {
    const editor = editors.get(area.dataset.yaml);
    if (!editor) editors.set(area.dataset.yaml, new YamlEditor(area));
    else if (editor.area !== area) editor.follow(area, editor.left ?? {});
  }
}

document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
  for (const editor of editors.values()) {
    if (!target.contains(editor.view.dom)) continue;
    const { view, area, sent, dirty } = editor;
    editor.left = { verb: requestConfig.verb, sent, focused: view.hasFocus, rev: area.form.elements.rev.value, snapshot: view.scrollSnapshot(), unsaved: dirty };
  }
});
// At once, not when the swap has settled: who types on must not find the editor gone for a moment.
document.addEventListener("htmx:afterSwap", () => dress(document));
document.addEventListener("click", ({ target }) => {
  const pressed = target.closest("#yaml-problems [data-line]");
  if (pressed) editorIn(pressed.form ?? document)?.jump(pressed.dataset);
});
dress(document);
