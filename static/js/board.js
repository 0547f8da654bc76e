// The board: a card is dropped on another column, which fills in and sends the card's own form.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  let card = null;

  board.addEventListener("dragstart", (event) => {
    card = event.target.closest("[data-card]");
    if (card) event.dataTransfer.effectAllowed = "move";
  });
  board.addEventListener("dragend", () => over(null));
  board.addEventListener("dragover", (event) => {
    const lane = event.target.closest("[data-lane]");
    over(lane);
    if (card && lane) event.preventDefault();
  });
  board.addEventListener("drop", (event) => {
    const lane = event.target.closest("[data-lane]");
    over(null);
    if (!card || !lane || lane.contains(card)) return;
    event.preventDefault();
    const form = card.querySelector("form");
    form.elements.state.value = lane.dataset.lane;
    if (["paused", "dropped"].includes(lane.dataset.lane) && !form.elements.reason.value) {
      // A pause needs its reason: the form opens where it is asked for.
      card.querySelector("details").open = true;
      form.elements.reason.focus();
      return;
    }
    form.requestSubmit();
  });

  function over(lane) {
    board.querySelectorAll(".is-over").forEach((one) => one.classList.remove("is-over"));
    if (lane && card) lane.classList.add("is-over");
  }
})();
