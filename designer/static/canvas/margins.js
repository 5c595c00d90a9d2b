// How much of the board panels cover: what was just added or chosen must not lie under one.
const PANELS = ["try", "inspector", "arrange"], GAP = 8, MOST = 0.85;

export class Margins {
  constructor(view) { this.view = view; }

  /** Give how wide the covered strips at the right and at the bottom are; a panel over nearly everything counts as none. */
  covered() {
    const { view } = this, margins = { right: 0, bottom: 0 };
    for (const id of PANELS) {
      const panel = document.getElementById(id), box = panel && !panel.hidden && panel.getBoundingClientRect();
      if (!box || !box.width || !this.meets(box)) continue;
      const right = view.left + view.width - box.left + GAP, bottom = view.top + view.height - box.top + GAP;
      if (bottom / view.height <= right / view.width && bottom < view.height * MOST) margins.bottom = Math.max(margins.bottom, bottom);
      else if (right < view.width * MOST) margins.right = Math.max(margins.right, right);
    }
    return margins;
  }

  meets({ left, top, right, bottom }) {
    const { view } = this;
    return left < view.left + view.width && right > view.left && top < view.top + view.height && bottom > view.top;
  }

  /** Give where the small map begins: all to the right of and below that is covered. */
  corner() {
    const box = document.getElementById("minimap")?.getBoundingClientRect();
    if (!box?.width) return null;
    const { left, top, width, height } = this.view;
    return { left: box.left - left - GAP, top: box.top - top - GAP, right: width, bottom: height };
  }
}
