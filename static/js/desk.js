// The desk: keys and the composer's order (kept.js keeps the words). Pages work without it.
"use strict";

window.accelerator.onPage((signal) => {
  const { announce } = window.accelerator;
  const form = document.querySelector("form[data-decide]");
  const list = form?.querySelector("[data-pieces]");

  // Pieces: up, down, one more. Their numbers are what the server reads.
  function renumber() {
    [...list.children].forEach((piece, index) => {
      piece.querySelector("[data-order]").value = index + 1;
      piece.querySelectorAll("[data-number]").forEach((one) => { one.textContent = index + 1; });
    });
  }

  function recompose() {
    renumber();
    form.querySelector("#composer").dispatchEvent(new CustomEvent("recompose", { bubbles: true }));
  }

  function move(piece, up) {
    const other = up ? piece.previousElementSibling : piece.nextElementSibling;
    if (!other) return;
    if (up) other.before(piece);
    else other.after(piece);
    recompose();
    piece.querySelector(up ? "[data-up]" : "[data-down]").focus();
    announce(`Now piece ${[...list.children].indexOf(piece) + 1} of ${list.children.length}`);
  }

  /** The server sorts by number; so does this page, after a return with a changed order. */
  function sort() {
    [...list.children]
      .sort((a, b) => Number(a.querySelector("[data-order]").value) - Number(b.querySelector("[data-order]").value))
      .forEach((piece) => list.append(piece));
    renumber();
  }

  function append() {
    const total = form.querySelector("[name$='-TOTAL_FORMS']");
    const mark = form.querySelector("[data-piece-template]").innerHTML.replaceAll("__prefix__", total.value);
    list.insertAdjacentHTML("beforeend", mark);
    total.value = Number(total.value) + 1;
    return list.lastElementChild;
  }

  function add() {
    if (list.children.length >= Number(form.querySelector("[name$='-MAX_NUM_FORMS']").value)) {
      announce("There is no room for more pieces.");
      return;
    }
    const piece = append();
    piece.querySelector("[data-use]").checked = true;
    recompose();
    piece.querySelector("[data-words]").focus();
  }

  if (list) {
    sort();
    form.addEventListener("kept:fill", ({ detail }) => {
      const kept = detail.find(([name]) => name.endsWith("-TOTAL_FORMS"));
      while (kept && list.children.length < Number(kept[1])) append();
    });
    form.addEventListener("kept:filled", () => {
      sort();
      recompose();
    });
    list.addEventListener("click", (event) => {
      const piece = event.target.closest("[data-piece]");
      if (event.target.closest("[data-up]")) move(piece, true);
      if (event.target.closest("[data-down]")) move(piece, false);
    });
    // Words written into a piece that is not used are meant to be used.
    list.addEventListener("input", (event) => {
      if (!event.target.matches("[data-words]") || !event.target.value.trim()) return;
      event.target.closest("[data-piece]").querySelector("[data-use]").checked = true;
    });
    form.querySelector("[data-add-piece]").addEventListener("click", add);
  }

  const { keysWork } = window.accelerator.levels(form, signal);
  document.addEventListener("keydown", (event) => {
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-go]"));
      return;
    }
    const link = { j: "[data-next]", k: "[data-previous]" }[event.key.toLowerCase()];
    if (link && keysWork(event)) document.querySelector(link)?.click();
  }, { signal });

  const conflict = document.querySelector("[data-conflict]");
  conflict?.scrollIntoView({ block: "start" });
  conflict?.focus({ preventScroll: true });
});
