// Sentences for people who cannot see the canvas, in the screen language where the page brings them.
/** Give a sentence with its names filled in. */
export function words(what, a = "", b = "") {
  const text = all()[what] ?? what;
  return text.replaceAll("{a}", () => a).replaceAll("{b}", () => b);
}

/** Announce a sentence in the live region. */
export function say(what, a = "", b = "") {
  const said = document.getElementById("canvas-said"), text = words(what, a, b);
  // A live region stays silent when its text does not change, so a repeated sentence gets a mark nobody hears.
  said.textContent = said.textContent === text ? `${text}\u00a0` : text;
}

let known = null;

/** Read the sentences of the page, once. */
function all() { return (known ??= JSON.parse(document.getElementById("canvas").dataset.say || "{}")); }

/** Give the names of the colours of notes. */
export function colors() { return all().colors; }
