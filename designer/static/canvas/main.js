// Wires the canvas together. The server draws every card and holds the one model; here things only move.
import { ask } from "../asking.js";
import { AddMenu } from "./add_menu.js";
import { Arrange } from "./arrange.js";
import { Cards, WIDTH, snap } from "./cards.js";
import { Clipboard } from "./clipboard.js";
import { Commands } from "./commands.js";
import { Drag } from "./drag.js";
import { Edits } from "./edits.js";
import { Inspector } from "./inspector.js";
import { Keyboard } from "./keyboard.js";
import { Layout } from "./layout.js";
import { LinkLabels } from "./link_labels.js";
import { Links } from "./links.js";
import { Minimap } from "./minimap.js";
import { Notes } from "./notes.js";
import { Overlay } from "./overlay.js";
import { Presence } from "./presence.js";
import { words } from "./say.js";
import { Search } from "./search.js";
import { tellCutWords } from "./tooltips.js";
import { View } from "./view.js";
import { YamlPanel } from "./yaml_panel.js";

const STEP_TYPE = "text/x-dialoom-step";
const READABLE = 0.6, FIRST_LOOK = 0.7, ASIDE = 60;

// Later parts are given the earlier ones, in the order of what leans on what.
const parts = { surface: document.getElementById("canvas") };
const { surface } = parts;
const view = (parts.view = new View(surface));
const cards = (parts.cards = new Cards(surface, view));
const links = (parts.links = new Links(surface, view, cards));
const inspector = (parts.inspector = new Inspector(parts));
const edits = (parts.edits = new Edits(parts));
const notes = (parts.notes = new Notes(parts));
parts.menu = new AddMenu(parts);
parts.labels = new LinkLabels(parts);
parts.drag = new Drag(parts);
const keyboard = (parts.keyboard = new Keyboard(parts));
const clipboard = new Clipboard(parts);
const layout = new Layout(parts);
const overlay = new Overlay(parts);
new Arrange(parts);
new Minimap(parts);
tellCutWords(surface);
if (document.getElementById("step-search")) new Search(parts);

cards.read();
if (!view.restore()) takeFirstLook();

/** Show the whole flow where it stays readable, else its start. */
function takeFirstLook() {
  const all = cards.bounds();
  if (!all) return;
  const start = cards.get(cards.active);
  if (view.scaleToFit(all) >= READABLE) view.fit(all);
  else view.lookAt({ left: start.x, right: start.x + (view.width - 2 * ASIDE) / FIRST_LOOK, top: start.y, bottom: start.y + start.h }, FIRST_LOOK);
}

const chosen = () => [...cards.selected];
const does = {
  fit: () => view.fit(cards.bounds()),
  layout: () => layout.ask(),
  "zoom-in": () => view.zoom(1.25),
  "zoom-out": () => view.zoom(0.8),
  "zoom-selection": () => keyboard.zoomToChosen(),
  all: () => keyboard.commanded("a"),
  undo: () => edits.turn("undo"),
  redo: () => edits.turn("redo"),
  note: () => notes.add(),
  copy: () => clipboard.copy(),
  cut: () => clipboard.cut(),
  paste: () => clipboard.paste(),
  duplicate: () => clipboard.duplicate(),
  delete: () => clipboard.removeChosen(),
  subflow: () => makeSubflow(),
  start: () => { if (cards.selected.size === 1) edits.send({ op: "start", key: chosen()[0] }); },
  overlay: () => overlay.toggle(),
  try: () => document.getElementById("open-try").click(),
  commands: () => commands.open(),
};
for (const kind of ["say", "ask", "branch", "set", "request", "call", "handover", "end"]) does[`add-${kind}`] = () => addInSight(kind);
const commands = new Commands(parts, does);
document.addEventListener("click", (event) => {
  does[event.target.closest("[data-canvas]")?.dataset.canvas]?.();
});
keyboard.does = does;

async function makeSubflow() {
  const keys = chosen();
  if (!keys.length) return;
  const title = await ask(words("subflow"));
  if (title?.trim()) edits.bring({ op: "extract", keys, title }, "added");
}

function addInSight(kind) {
  view.measure();
  const [x, y] = view.center();
  edits.add(kind, cards.freePlace([x - WIDTH / 2, y - 50], undefined, view.free()));
}

// A panel that opens takes room from the board: the card a person is at stays in sight.
view.onResize.push((before) => {
  const key = cards.lit.at(-1) ?? (cards.selected.size === 1 ? chosen()[0] : null), box = key && cards.boxOf(cards.get(key));
  if (box && view.isWhole(box, before)) view.reveal(box);
});
links.unlink.addEventListener("click", () => {
  const { from, port } = links.selected;
  edits.link(from, port, "");
  surface.focus({ preventScroll: true });
});

// The palette: press for a card in the middle of the view, or drag one to its place.
const palette = document.getElementById("palette");
palette?.addEventListener("click", (event) => {
  const kind = event.target.closest("[data-add]")?.dataset.add;
  if (kind) addInSight(kind);
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
  inspector.open(step);
  view.measure();
  view.lookAt(cards.boxOf(cards.get(step)));
});

// A link from a search leads to one step of the flow.
const wanted = decodeURIComponent(location.hash.slice(1));
if (cards.has(wanted)) document.dispatchEvent(new CustomEvent("dialoom:select", { detail: { step: wanted } }));
if (surface.dataset.presenceUrl) parts.presence = new Presence(parts);
if (document.getElementById("yaml-panel")) new YamlPanel(parts);
surface.dataset.ready = "yes";
export { parts };
