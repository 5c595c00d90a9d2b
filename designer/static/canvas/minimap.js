// The whole flow in a corner; drag in it to move the view.
import { WIDTH } from "./board.js";

const COLORS = { say: "#4f7cf7", ask: "#0d9488", branch: "#d97706", set: "#9333ea", call: "#0ea5e9", handover: "#dc2626", end: "#64748b" };

export class Minimap {
  constructor(home, board) {
    this.home = home;
    this.board = board;
    this.canvas = home.querySelector("canvas");
    this.canvas.width = 380;
    this.canvas.height = 240;
    home.addEventListener("pointerdown", (event) => { home.setPointerCapture(event.pointerId); this.jump(event); });
    home.addEventListener("pointermove", (event) => { if (event.buttons) this.jump(event); });
  }

  draw() {
    const b = this.board.bounds(), pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, 380, 240);
    this.home.hidden = !b || this.board.cards.size < 2;
    if (!b) return;
    const scale = Math.min(360 / (b.right - b.left), 220 / (b.bottom - b.top), 0.4);
    this.map = { scale, x: 190 - ((b.left + b.right) / 2) * scale, y: 120 - ((b.top + b.bottom) / 2) * scale };
    for (const card of this.board.cards.values()) {
      pen.fillStyle = COLORS[card.element.dataset.kind] || "#888";
      pen.fillRect(card.x * scale + this.map.x, card.y * scale + this.map.y, WIDTH * scale, Math.max(4, card.h * scale));
    }
    const { x, y, k } = this.board.view, s = this.board.surface;
    pen.strokeStyle = getComputedStyle(s).getPropertyValue("--accent") || "#4f46e5";
    pen.lineWidth = 3;
    pen.strokeRect((-x / k) * scale + this.map.x, (-y / k) * scale + this.map.y, (s.clientWidth / k) * scale, (s.clientHeight / k) * scale);
  }

  jump(event) {
    const box = this.home.getBoundingClientRect();
    const px = ((event.clientX - box.left) / box.width) * 380, py = ((event.clientY - box.top) / box.height) * 240;
    const { board } = this, k = board.view.k;
    board.view.x = board.surface.clientWidth / 2 - ((px - this.map.x) / this.map.scale) * k;
    board.view.y = board.surface.clientHeight / 2 - ((py - this.map.y) / this.map.scale) * k;
    board.drawSoon();
  }
}
