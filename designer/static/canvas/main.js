// Wires the canvas together. The server draws every card and holds the model; here things only move.
import { Board } from "./board.js";
import { Drag } from "./drag.js";
import { Edits } from "./edits.js";
import { Keyboard } from "./keyboard.js";
import { layOut } from "./layout.js";
import { Minimap } from "./minimap.js";
import { search } from "./search.js";

const surface = document.getElementById("canvas");
const board = new Board(surface);
const edits = new Edits(surface, board);
const inspector = document.getElementById("inspector");
inspector.addEventListener("input", () => { inspector.dataset.dirty = "yes"; });
inspector.addEventListener("submit", () => { delete inspector.dataset.dirty; });
const drag = new Drag(surface, board, edits);
const minimap = new Minimap(document.getElementById("minimap"), board);
new Keyboard(surface, board, edits, drag);
search(document.getElementById("step-search"), board);

board.onDraw = () => minimap.draw();
board.onOpen = (key) => openInspector(key);
// An open inspector follows its card, unless somebody is typing in it.
board.onChanged = (key) => {
  const form = inspector.querySelector("form");
  if (!inspector.hidden && form?.getAttribute("hx-put").endsWith(`/steps/${key}`) && !inspector.dataset.dirty
    && form.elements.seen.value !== board.cards.get(key)?.element.dataset.seen) openInspector(key);
};
board.read();
if (!board.restoreView()) board.begin();

function openInspector(key) {
  inspector.hidden = false;
  delete inspector.dataset.dirty;
  window.htmx.ajax("GET", surface.dataset.stepUrl + encodeURIComponent(key), { target: "#inspector", swap: "innerHTML" });
}

const actions = {
  fit: () => board.fit(),
  layout: () => layOut(surface, board, edits),
  "zoom-in": () => board.zoomBy(1.25),
  "zoom-out": () => board.zoomBy(0.8),
};
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-canvas]")?.dataset.canvas;
  if (name) actions[name]();
});

const palette = document.getElementById("palette");
palette.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-add]")?.dataset.add;
  if (kind) edits.add(kind, board.freePlace(board.center()));
});
palette.addEventListener("dragstart", (event) => {
  const kind = event.target.closest("[data-add]")?.dataset.add;
  if (kind) event.dataTransfer.setData("text/x-dialoom-step", kind);
});
surface.addEventListener("dragover", (event) => {
  if (event.dataTransfer.types.includes("text/x-dialoom-step")) event.preventDefault();
});
surface.addEventListener("drop", (event) => {
  const kind = event.dataTransfer.getData("text/x-dialoom-step");
  if (!kind) return;
  event.preventDefault();
  const at = board.toBoard(event.clientX, event.clientY);
  edits.add(kind, [at[0] - 110, at[1] - 20]);
});

// The server answers an edit with the cards it changed; read them again once they are in place.
new MutationObserver(() => board.readSoon()).observe(board.home, { childList: true });
// A focused card must not scroll the surface away under the view.
surface.addEventListener("scroll", () => { surface.scrollLeft = surface.scrollTop = 0; });
new ResizeObserver(() => board.drawSoon()).observe(surface);

document.addEventListener("dialoom:lit", (event) => board.light(event.detail.steps || []));
document.addEventListener("dialoom:select", (event) => {
  board.select([event.detail.step]);
  board.reveal(event.detail.step, true);
  board.open(event.detail.step);
});
surface.dataset.ready = "yes";
