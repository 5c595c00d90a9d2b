// The builder of nested conditions: groups with indent, tests with typed values. The hidden field holds what it shows.
const MOVES = { up: "previousElementSibling", down: "nextElementSibling" };

function make(tag, attributes = {}, ...inside) {
  const node = Object.assign(document.createElement(tag), attributes);
  node.append(...inside);
  return node;
}

class Builder {
  constructor(home) {
    const { facts, operators, words } = home.dataset;
    Object.assign(this, { home, field: home.querySelector("input[type=hidden]") });
    this.facts = JSON.parse(facts);
    this.operators = JSON.parse(operators);
    this.words = JSON.parse(words);
    home.append(this.group(JSON.parse(this.field.value || '{"kind": "all", "parts": []}'), true));
    home.addEventListener("input", () => this.keep());
    home.addEventListener("change", () => this.keep());
    home.addEventListener("click", (event) => this.clicked(event));
  }

  /** Write what is shown into the field, and say so to the form. */
  keep() {
    const text = JSON.stringify(read(this.home.querySelector(":scope > .group-of")));
    if (text === this.field.value) return;
    this.field.value = text;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  group({ kind, parts }, top = false) {
    const { words } = this, choice = make("select", { className: "kind-of" });
    choice.setAttribute("aria-label", words.kind);
    for (const name of ["all", "any", "not"]) choice.append(make("option", { value: name, textContent: words[name], selected: name === kind }));
    const fold = make("button", { type: "button", className: "quiet small", textContent: "▾", title: words.fold });
    fold.dataset.does = "fold";
    fold.setAttribute("aria-label", words.fold);
    fold.setAttribute("aria-expanded", "true");
    const head = make("div", { className: "row head" }, fold, choice, ...(top ? [] : this.tools()));
    const inside = make("div", { className: "parts" }, ...parts.map((part) => ("fact" in part ? this.test(part) : this.group(part))));
    const adds = make("div", { className: "row adds" }, this.button("test", words.add_test), this.button("group", words.add_group));
    return make("div", { className: "group-of" }, head, inside, adds);
  }

  button(does, textContent) {
    const button = make("button", { type: "button", className: "quiet small", textContent });
    button.dataset.does = does;
    return button;
  }

  tools() {
    return [["up", "↑"], ["down", "↓"], ["remove", "✕"]].map(([does, sign]) => {
      const button = this.button(does, sign);
      button.setAttribute("aria-label", this.words[does]);
      return button;
    });
  }

  test({ fact = "", op = "eq", value = "" }) {
    const row = make("div", { className: "row test" }, this.factChoice(fact));
    this.rest(row, fact, op, value);
    return row;
  }

  factChoice(fact) {
    const choice = make("select", { className: "fact" }, make("option", { value: "", textContent: this.words.choose }));
    choice.setAttribute("aria-label", this.words.fact);
    for (const [name, label] of Object.entries(this.words.groups)) {
      const options = this.facts.filter(({ group }) => group === name).map((one) => make("option", { value: one.fact, textContent: one.name, selected: one.fact === fact }));
      if (options.length) choice.append(make("optgroup", { label }, ...options));
    }
    // A fact nobody knows stays visible, so that it can be mended.
    if (fact && !this.facts.some((one) => one.fact === fact)) choice.append(make("option", { value: fact, textContent: fact, selected: true }));
    choice.addEventListener("change", () => this.rest(choice.closest(".test"), choice.value, choice.value.startsWith("count:") ? "gte" : "eq", ""));
    return choice;
  }

  /** Draw operator and value as the fact's kind wants them. */
  rest(row, fact, op, value) {
    const known = this.facts.find((one) => one.fact === fact), kind = known?.kind ?? "";
    const fits = { bool: ["eq", "exists"], number: ["eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "exists"], text: ["eq", "ne", "in", "not_in", "contains", "exists"] };
    const choice = make("select", { className: "op" });
    choice.setAttribute("aria-label", this.words.op);
    const names = fits[kind] ?? Object.keys(this.operators);
    for (const name of names.includes(op) ? names : [...names, op]) choice.append(make("option", { value: name, textContent: this.operators[name] ?? name, selected: name === op }));
    choice.addEventListener("change", () => this.rest(row, fact, choice.value, row.querySelector(".value").value));
    row.replaceChildren(row.querySelector(".fact"), choice, this.valueField(kind, op, value, known), ...this.tools());
  }

  valueField(kind, op, value, known) {
    let field;
    if (known?.closed && op.endsWith("in")) return this.manyOf(known.values, value);
    if (known?.closed && op !== "exists" && op !== "contains") {
      field = make("select", {}, make("option", { value: "", textContent: this.words.choose }));
      const names = { ...known.values, ...(value && !(value in known.values) ? { [value]: value } : {}) };
      for (const [name, label] of Object.entries(names)) field.append(make("option", { value: name, textContent: label, selected: name === value }));
    } else if (kind === "bool" || op === "exists") {
      field = make("select", {}, make("option", { value: "true", textContent: this.words.yes }), make("option", { value: "false", textContent: this.words.no, selected: value === "false" }));
    } else {
      field = make("input", { value, placeholder: known?.example ?? "", inputMode: kind === "number" && !["in", "not_in"].includes(op) ? "decimal" : "text" });
      if (Object.keys(known?.values ?? {}).length) field.append(...[this.listOf(known)].filter(() => field.setAttribute("list", `values-${known.fact}`) ?? true));
    }
    field.classList.add("value");
    field.setAttribute("aria-label", this.words.value);
    return field;
  }

  /** Several values of a list: boxes to tick, and a field that holds what is ticked. */
  manyOf(values, value) {
    const chosen = value.split(",").map((one) => one.trim()).filter(Boolean);
    const field = make("input", { type: "hidden", className: "value", value: chosen.join(", ") });
    const names = { ...values, ...Object.fromEntries(chosen.filter((one) => !(one in values)).map((one) => [one, one])) };
    const boxes = Object.entries(names).map(([name, label]) =>
      make("label", { className: "check" }, make("input", { type: "checkbox", value: name, checked: chosen.includes(name) }), ` ${label}`));
    const summary = make("summary", { textContent: chosen.map((one) => names[one]).join("、") || this.words.choose });
    summary.dataset.none = this.words.choose;
    const many = make("details", { className: "many" }, summary, make("span", { className: "options" }, ...boxes), field);
    many.setAttribute("aria-label", this.words.value);
    many.addEventListener("change", () => { field.value = [...many.querySelectorAll("input:checked")].map((box) => box.value).join(", "); }, true);
    return many;
  }

  listOf({ fact, values }) {
    const id = `values-${fact}`;
    if (!document.getElementById(id)) document.body.append(make("datalist", { id }, ...Object.entries(values).map(([value, label]) => make("option", { value, label }))));
    return "";
  }

  clicked(event) {
    const does = event.target.closest("[data-does]")?.dataset.does;
    if (!does) return;
    const row = event.target.closest(".test") ?? event.target.closest(".group-of");
    if (does === "fold") this.fold(row, event.target);
    else if (does === "test" || does === "group") this.add(row, does);
    else if (does === "remove") this.remove(row);
    else if (row[MOVES[does]]) {
      if (does === "up") row.previousElementSibling.before(row);
      else row.nextElementSibling.after(row);
      event.target.focus();
    }
    this.keep();
  }

  fold(group, button) {
    const folded = group.classList.toggle("folded");
    button.textContent = folded ? "▸" : "▾";
    button.setAttribute("aria-expanded", String(!folded));
  }

  add(group, what) {
    const fresh = what === "test" ? this.test({}) : this.group({ kind: "any", parts: [{ fact: "", op: "eq", value: "" }] });
    group.querySelector(":scope > .parts").append(fresh);
    fresh.querySelector("select.fact, select").focus();
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling ?? row.closest(".parts").nextElementSibling;
    row.remove();
    next.querySelector("select, button")?.focus();
  }
}

function read(node) {
  if (node.classList.contains("test")) {
    const [fact, op, value] = ["fact", "op", "value"].map((name) => node.querySelector(`.${name}`).value);
    return { fact, op, value };
  }
  const kind = node.querySelector(":scope > .head .kind-of").value;
  return { kind, parts: [...node.querySelector(":scope > .parts").children].map(read) };
}

function buildAll(root) {
  for (const home of root.querySelectorAll?.("[data-condition]") ?? []) {
    if (!home.querySelector(".group-of")) new Builder(home);
  }
}

document.addEventListener("htmx:load", (event) => buildAll(event.detail.elt));
document.addEventListener("dialoom:row", (event) => buildAll(event.target));
buildAll(document);
