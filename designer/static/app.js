// What every screen shares: rows that come and go, the inspector, the try-chat, the lost connection.
const $ = (selector, root = document) => root.querySelector(selector);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("addRow" in button.dataset || "removeRow" in button.dataset) button.dispatchEvent(new Event("input", { bubbles: true }));
  if ("addRow" in button.dataset) addRow(button.closest("[data-rows]"));
  if ("removeRow" in button.dataset) button.closest("[data-row]").remove();
  if ("closeInspector" in button.dataset) closeInspector();
  if ("print" in button.dataset) print();
  if ("newWording" in button.dataset) {
    button.form.elements.new_wording.value = "1";
    button.form.requestSubmit();
  }
  if (button.dataset.select) {
    document.dispatchEvent(new CustomEvent("dialoom:select", { detail: { step: button.dataset.select } }));
  }
  if ("keepMine" in button.dataset) {
    const { form } = button;
    form.elements.rev.value = button.dataset.keepMine;
    button.closest("#conflict").replaceChildren();
    form.requestSubmit();
  }
  if ("takeTheirs" in button.dataset) takeTheirs(button);
  if (button.id === "open-try") toggleTry(button.getAttribute("aria-expanded") !== "true");
  if (button.id === "close-try") toggleTry(false);
});

function addRow(rows) {
  const template = $(":scope > template", rows);
  const used = [...rows.querySelectorAll("[name]")].map((field) => {
    const found = field.name.match(new RegExp(`^${rows.dataset.rows}\\.(\\d+)\\.`));
    return found ? Number(found[1]) : -1;
  });
  const number = String(Math.max(-1, ...used) + 1);
  const row = template.content.firstElementChild.cloneNode(true);
  numbered(row, number);
  template.before(row);
  row.dispatchEvent(new CustomEvent("dialoom:row", { bubbles: true }));
  const first = row.querySelector("input, select");
  if (first) first.focus();
}

/** Give a new row its number: its fields, and the rows inside it, whose own numbers stay open. */
function numbered(root, number) {
  for (const field of root.querySelectorAll("[name]")) field.setAttribute("name", field.getAttribute("name").replace("#", number));
  for (const inner of root.querySelectorAll("[data-rows]")) inner.dataset.rows = inner.dataset.rows.replace("#", number);
  for (const template of root.querySelectorAll("template")) numbered(template.content, number);
}

// Scripts: a value goes where the cursor was; characters are counted as people count them.
let lastArea = null;
document.addEventListener("focusin", (event) => { if (event.target.matches("textarea[name^=say]")) lastArea = event.target; });
document.addEventListener("change", (event) => {
  const { target } = event;
  if (!("insert" in target.dataset) || !target.value) return;
  const area = lastArea?.isConnected ? lastArea : document.querySelector("textarea[name^=say]");
  area?.setRangeText(target.value, area.selectionStart, area.selectionEnd, "end");
  target.value = "";
  area?.focus();
  area?.dispatchEvent(new Event("input", { bubbles: true }));
});
// A long list of steps is filled when somebody opens it.
for (const name of ["focusin", "pointerdown"]) document.addEventListener(name, ({ target }) => {
  const source = target.dataset?.fill && document.getElementById(target.dataset.fill);
  if (!source) return;
  delete target.dataset.fill;
  const { value } = target;
  target.append(...[...source.content.cloneNode(true).children].filter((option) => option.value !== value));
});
// A choice of many closes when one goes elsewhere.
document.addEventListener("pointerdown", ({ target }) => {
  for (const open of document.querySelectorAll("details.many[open]")) if (!open.contains(target)) open.open = false;
});
document.addEventListener("change", ({ target }) => {
  const many = target.closest("details.many"), summary = many?.querySelector("summary");
  if (!summary) return;
  const chosen = [...many.querySelectorAll("input:checked")].map((box) => box.closest("label").textContent.trim());
  summary.textContent = chosen.join(document.documentElement.lang.startsWith("zh") ? "、" : ", ") || summary.dataset.none;
});
document.addEventListener("keydown", ({ key, target }) => {
  const open = key === "Escape" && target.closest?.("details.many[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); }
});
const letters = "Segmenter" in Intl ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
function count(area) {
  const shown = area.closest("label")?.querySelector("output[data-count]");
  if (shown) shown.textContent = String(letters ? [...letters.segment(area.value)].length : area.value.length);
}
function countAll(root) { for (const area of root.querySelectorAll?.("textarea[name^=say]") ?? []) count(area); }
document.addEventListener("input", (event) => { if (event.target.matches("textarea[name^=say]")) count(event.target); });
document.addEventListener("htmx:load", (event) => countAll(event.detail.elt));
countAll(document);

function takeTheirs(button) {
  const panel = button.closest("#inspector, .inspector-here, .yaml-here");
  if (panel) window.htmx.ajax("GET", button.dataset.takeTheirs, { target: panel, swap: "innerHTML" });
  else location.assign(button.dataset.takeTheirs);
}

function closeInspector() {
  const inspector = $("#inspector");
  const key = inspector.querySelector("form")?.getAttribute("hx-put")?.split("/").pop();
  inspector.hidden = true;
  inspector.replaceChildren();
  if (key) document.getElementById(`card-${key}`)?.focus();
}

function toggleTry(open) {
  const panel = $("#try");
  panel.hidden = !open;
  $("#open-try").setAttribute("aria-expanded", String(open));
  if (open && !$("#try-log").children.length) $("#restart-try").click();
  if (open) $("#try-text").focus();
  else {
    $("#open-try").focus();
    document.dispatchEvent(new CustomEvent("dialoom:lit", { detail: { steps: [] } }));
  }
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt?.id === "try-form" && event.detail.xhr.status < 300) $("#try-text").value = "";
});

document.addEventListener("htmx:configRequest", (event) => {
  // Beginning anew must not carry the place where the last talk stood.
  if (event.detail.elt?.id === "restart-try") delete event.detail.parameters.state;
  // Of a long table only what was changed is sent.
  for (const area of event.detail.elt?.querySelectorAll?.("[data-only-changed]") ?? []) {
    if (area.value === area.defaultValue) delete event.detail.parameters[area.name];
  }
  // An answer brings what changed since this tab looked last.
  const state = $("#state");
  if (state && !("since" in event.detail.parameters)) event.detail.parameters.since = state.dataset.rev;
});

document.addEventListener("keydown", (event) => {
  const save = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s";
  const form = $(".inspector-form") || $("#main form[hx-put]");
  if (save && form) {
    event.preventDefault();
    form.requestSubmit();
  }
  if (event.key === "Escape" && event.target.closest?.("#try")) toggleTry(false);
  else if (event.key === "Escape" && !event.isComposing && event.target.closest?.("#inspector")) $("#inspector [data-close-inspector]")?.click();
});

// A form with words that were not saved asks before its page is left.
const unsaved = new Set();
document.addEventListener("input", ({ target }) => { const form = target.closest?.("#main form[hx-put]"); if (form) unsaved.add(form); });
document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful && detail.xhr.status < 300) unsaved.delete(detail.elt); });
addEventListener("beforeunload", (event) => { if ([...unsaved].some((form) => form.isConnected)) event.preventDefault(); });

const offline = $("#offline");
for (const name of ["htmx:sendError", "offline"]) {
  addEventListener(name, () => { offline.hidden = false; });
}
for (const name of ["htmx:afterOnLoad", "online"]) {
  addEventListener(name, () => { offline.hidden = true; });
}
for (const log of document.querySelectorAll("ol.log")) log.scrollTop = log.scrollHeight;
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt?.id === "lines") event.detail.elt.scrollTop = event.detail.elt.scrollHeight;
});
