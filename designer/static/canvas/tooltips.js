// Words that are cut off say themselves in full under the pointer.
const CUT = ".card-ports span, .card-head strong, .card-body p, .link-label";

export function tellCutWords(surface) {
  surface.addEventListener("pointerover", ({ target }) => {
    if (!target.matches?.(CUT) || target.title) return;
    if (target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight) target.title = target.textContent.trim();
  });
}
