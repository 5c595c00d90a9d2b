// Sentences for people who cannot see the canvas, in the screen language where the page brings them.
const ENGLISH = {
  selected: "{a} selected",
  moved: "Moved {a}",
  linked: "Linked {a} to {b}",
  unlinked: "Link of {a} removed",
  link_from: "Linking from {a}, {b}: choose a card with the arrow keys, Enter links, Escape cancels, Backspace removes the link, A adds a step",
  link_to: "Link to {a}?",
  no_port: "{a} has no way out",
  cancelled: "Cancelled",
  deleted: "Deleted {a}",
  added: "Added {a}",
  tidied: "{a} cards tidied up",
  found: "{a} found",
  match: "{a}, match {b}",
  zoomed: "Zoom to {a}",
  add_here: "Add a step here",
  unlink: "Remove this link",
  offline: "No connection: the edit is kept and sent when it is back",
  online: "Connected again: everything is saved",
  refused: "The edit was not saved",
  layout_failed: "The cards could not be tidied up",
  retry: "Try again now",
};

/** Give a sentence with its names filled in. */
export function words(what, a = "", b = "") {
  const own = JSON.parse(document.getElementById("canvas").dataset.say || "{}");
  const text = own[what] ?? ENGLISH[what] ?? what;
  return text.replaceAll("{a}", () => a).replaceAll("{b}", () => b);
}

/** Announce a sentence in the live region. */
export function say(what, a = "", b = "") {
  const said = document.getElementById("canvas-said"), text = words(what, a, b);
  // A live region stays silent when its text does not change, so a repeated sentence gets a mark nobody hears.
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;
}
