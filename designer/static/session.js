// A session that ends in the middle of an edit: sign in again without leaving the page, and nothing typed is lost.
const dialog = document.getElementById("sign-in-again");
const begun = new WeakMap();
let unsent = null, signedIn = -1;

function setToken(token) { document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token })); }

document.addEventListener("htmx:beforeRequest", (event) => begun.set(event.detail.xhr, performance.now()));

document.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, elt } = event.detail, fresh = xhr?.getResponseHeader("X-Fresh-Token");
  if (fresh) {
    setToken(fresh);
    dispatchEvent(new Event("dialoom:signed-in"));
    if (elt?.matches("form")) elt.requestSubmit();
  } else if (xhr?.status === 401 && begun.get(xhr) < signedIn) {
    // Sent before somebody signed in, refused after it.
    if (elt?.matches("form")) elt.requestSubmit();
  } else if (xhr?.status === 401) {
    if (elt?.matches("form")) unsent = elt;
    if (!dialog.open) dialog.showModal();
  }
});

dialog?.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target, said = dialog.querySelector("[role=alert]");
  said.hidden = true;
  const page = new DOMParser().parseFromString(await (await fetch("/login")).text(), "text/html");
  const body = new URLSearchParams(new FormData(form));
  body.set("csrf_token", page.querySelector("[name=csrf_token]")?.value ?? "");
  await fetch("/login", { method: "POST", body, redirect: "manual" });
  const answer = await fetch("/session");
  if (!answer.ok || answer.redirected) { said.hidden = false; return; }
  setToken((await answer.json()).token);
  signedIn = performance.now();
  form.reset();
  dialog.close();
  dispatchEvent(new Event("dialoom:signed-in"));
  unsent?.requestSubmit();
  unsent = null;
});
