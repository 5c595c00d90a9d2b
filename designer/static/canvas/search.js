// Search among the cards: typing dims what does not match, Enter goes to the next match.
export function search(field, board) {
  let found = [], at = -1;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    found = [];
    at = -1;
    for (const card of board.cards.values()) {
      const hit = !wanted || `${card.key} ${card.element.textContent}`.toLowerCase().includes(wanted);
      card.element.classList.toggle("dim", !hit);
      if (hit && wanted) found.push(card.key);
    }
    if (wanted) board.say("found", String(found.length));
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && found.length) {
      event.preventDefault();
      at = (at + 1) % found.length;
      board.select([found[at]]);
      board.reveal(found[at], true);
    } else if (event.key === "Escape") {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    }
  });
}
