// What was not understood, given to intents by keys: a digit chooses, Enter teaches and goes on, S skips.
const list = () => [...document.querySelectorAll("form[data-misheard]")];
let place = null;

/** Mark the intent that will be taught; the list of all intents is what is sent. */
function choose(form, intent) {
  const { intent: field } = form.elements;
  if (field.value !== intent) field.value = intent;
  for (const button of form.querySelectorAll("[data-intent]")) button.setAttribute("aria-pressed", String(button.dataset.intent === intent));
}

function goTo(number) {
  const forms = list(), form = forms[Math.max(0, Math.min(number, forms.length - 1))];
  const at = form?.querySelector("[aria-pressed=true]") ?? form?.querySelector("select");
  at?.focus();
  form?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("form[data-misheard] button");
  if (button?.dataset.intent) choose(button.form, button.dataset.intent);
  if (button && "skip" in button.dataset) goTo(list().indexOf(button.form) + 1);
});

document.addEventListener("change", ({ target }) => {
  if (target.form && "misheard" in target.form.dataset) choose(target.form, target.value);
});

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const form = target.closest?.("form[data-misheard]") ?? (target === document.body ? list()[0] : null);
  if (!form?.elements.intent || (target.matches("select") && key !== "Enter")) return;
  const number = list().indexOf(form), likely = form.querySelectorAll("[data-intent]");
  if (/^[1-5]$/.test(key) && likely[key - 1]) {
    choose(form, likely[key - 1].dataset.intent);
    goTo(number);
  } else if (key === "Enter" && target !== document.body && !("skip" in target.dataset)) {
    if (!event.repeat) form.requestSubmit();
  } else if (key.toLowerCase() === "s" || key === "ArrowDown") goTo(target === document.body ? 0 : number + 1);
  else if (key === "ArrowUp") goTo(number - 1);
  else return;
  event.preventDefault();
});

// The text that was taught is gone from the list: the next one stands where it stood.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const number = list().indexOf(detail.elt);
  place = number < 0 ? null : number;
});
document.addEventListener("htmx:load", ({ detail }) => {
  if (detail.elt.id !== "misheard" || place === null) return;
  goTo(place);
  place = null;
});
