// Wires the canvas together. The server draws every card and holds the one model; here things only move.
import { AddMenu } from "./add_menu.js";
import { Cards, WIDTH, snap } from "./cards.js";
import { Drag } from "./drag.js";
import { Edits } from "./edits.js";
import { Inspector } from "./inspector.js";
import { Keyboard } from "./keyboard.js";
import { Layout } from "./layout.js";
import { Links } from "./links.js";
import { Minimap } from "./minimap.js";
import { Search } from "./search.js";
import { View } from "./view.js";

const STEP_TYPE = "text/x-dialoom-step";
const READABLE = 0.6, FIRST_LOOK = 0.7, ASIDE = 60;

// Later parts are given the earlier ones, in the order of what leans on what.
const parts = { surface: document.getElementById("canvas") };
const { surface } = parts;
const view = (parts.view = new View(surface));
const cards = (parts.cards = new Cards(surface, view));
const links = (parts.links = new Links(surface, view, cards));
parts.inspector = new Inspector(parts);
const edits = (parts.edits = new Edits(parts));
parts.menu = new AddMenu(parts);
parts.drag = new Drag(parts);
parts.keyboard = new Keyboard(parts);
const layout = new Layout(parts);
new Minimap(parts);
new Search(parts);

cards.read();
if (!view.restore()) takeFirstLook();
surface.dataset.ready = "yes";

/** Show the whole flow where it stays readable, else its start. */
function takeFirstLook() {
  const all = cards.bounds();
  if (!all) return;
  const start = cards.get(cards.active);
  if (view.scaleToFit(all) >= READABLE) view.fit(all);
  else view.lookAt({ left: start.x, right: start.x + (view.width - 2 * ASIDE) / FIRST_LOOK, top: start.y, bottom: start.y + start.h }, FIRST_LOOK);
}

const does = {
  fit: () => view.fit(cards.bounds()),
  layout: () => layout.ask(),
  "zoom-in": () => view.zoom(1.25),
  "zoom-out": () => view.zoom(0.8),
};
document.addEventListener("click", (event) => {
  does[event.target.closest("[data-canvas]")?.dataset.canvas]?.();
});
links.unlink.addEventListener("click", () => {
  const { from, port } = links.selected;
  edits.link(from, port, "");
  surface.focus({ preventScroll: true });
});

// The palette: press for a card in the middle of the view, or drag one to its place.
const palette = document.getElementById("palette");
palette?.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-add]")?.dataset.add, [x, y] = view.center();
  if (kind) edits.add(kind, cards.freePlace([x - WIDTH / 2, y - 50]));
});
palette?.addEventListener("dragstart", (event) => {
  const kind = event.target.closest("[data-add]")?.dataset.add;
  if (!kind) return;
  event.dataTransfer.setData(STEP_TYPE, kind);
  event.dataTransfer.effectAllowed = "copy";
});
surface.addEventListener("dragover", (event) => {
  if (!event.dataTransfer.types.includes(STEP_TYPE)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
});
surface.addEventListener("drop", (event) => {
  const kind = event.dataTransfer.getData(STEP_TYPE);
  if (!kind) return;
  event.preventDefault();
  view.measure();
  const [x, y] = view.toBoard(event.clientX, event.clientY);
  edits.add(kind, [snap(x - WIDTH / 2), snap(y - 20)]);
});

document.addEventListener("dialoom:lit", (event) => cards.light(event.detail.steps ?? []));
document.addEventListener("dialoom:select", (event) => {
  const { step } = event.detail;
  if (!cards.has(step)) return;
  cards.select([step]);
  cards.setActive(step);
  parts.inspector.open(step);
  view.measure();
  view.lookAt(cards.boxOf(cards.get(step)));
});
