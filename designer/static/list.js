// The flow as a list: what was saved in a step's form is shown in the list around it, and the form stays open.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.(".inspector-here form"), home = document.getElementById("flow-list");
  if (!form || !home || !detail.successful || detail.requestConfig.verb !== "put" || detail.xhr.status !== 200) return;
  const step = form.closest(".step-row").id.replace("step-", "");
  window.htmx.ajax("GET", `${home.dataset.url}?open=${encodeURIComponent(step)}`, { target: home, swap: "outerHTML" });
});

// What was just added or opened is where one goes on.
document.addEventListener("htmx:load", ({ detail }) => {
  const opened = detail.elt.dataset?.opened;
  document.querySelector(opened && `#step-${CSS.escape(opened)} summary`)?.focus();
});
