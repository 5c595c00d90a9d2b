// Questions to the person, in a dialog of our own: a word to write, or a yes; Escape means neither.
const dialog = document.getElementById("asking"), field = dialog?.querySelector("input"), said = dialog?.querySelector("p");

function open(question, value) {
  said.textContent = question;
  field.hidden = value === null;
  field.value = value ?? "";
  field.setAttribute("aria-label", question);
  dialog.returnValue = "";
  dialog.showModal();
  (value === null ? dialog.querySelector("[value=yes]") : field).focus();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
}

/** Ask for a few words; null when the person does not want to. */
export async function ask(question, value = "") { return (await open(question, value)) ? field.value : null; }

/** Ask for a yes. */
export function confirmed(question) { return open(question, null); }

// What a form or a button asks before it is sent.
document.addEventListener("htmx:confirm", (event) => {
  const { question, issueRequest } = event.detail;
  if (!question || !dialog) return;
  event.preventDefault();
  confirmed(question).then((yes) => { if (yes) issueRequest(true); });
});
