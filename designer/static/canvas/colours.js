// The colours of the stylesheet for what is drawn by pen, and word of it when they change.
const OTHER = "#64748b";

/** Call back when the page changes between light and dark. */
export function whenDressed(told) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", told);
  new MutationObserver(told).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

/** Give a function that resolves any colour of a stylesheet, tokens and mixes among them, to one a pen can use. */
export function tokens(home) {
  const probe = home.appendChild(document.createElement("i"));
  probe.hidden = true;
  // Gone before the next frame, long enough for those who ask now.
  queueMicrotask(() => probe.remove());
  return (colour) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
}

/** Give the tint of a kind of card, as the stylesheet has it. */
export function tintOf(kind, cards) {
  const { element } = [...cards.all.values()].find((card) => card.kind === kind) ?? {};
  return (element && getComputedStyle(element).getPropertyValue("--tint").trim()) || OTHER;
}
