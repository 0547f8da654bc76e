// The desk: keys, the composer's order, and leaving without losing words. Pages work without it.
"use strict";

(() => {
  const { announce } = window.accelerator;
  const form = document.querySelector("form[data-decide]");
  const list = form?.querySelector("[data-pieces]");
  let dirty = Boolean(form && document.querySelector("[data-conflict], [data-error-summary]"));
  let leaving = false;

  // Pieces: up, down, one more. Their numbers are what the server reads.
  function renumber() {
    [...list.children].forEach((piece, index) => {
      piece.querySelector("[data-order]").value = index + 1;
      piece.querySelectorAll("[data-number]").forEach((one) => { one.textContent = index + 1; });
    });
  }

  function recompose() {
    dirty = true;
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

  function add() {
    const total = form.querySelector("[name$='-TOTAL_FORMS']");
    const most = Number(form.querySelector("[name$='-MAX_NUM_FORMS']").value);
    const number = Number(total.value);
    if (number >= most) {
      announce("There is no room for more pieces.");
      return;
    }
    const mark = form.querySelector("[data-piece-template]").innerHTML.replaceAll("__prefix__", number);
    list.insertAdjacentHTML("beforeend", mark);
    total.value = number + 1;
    const piece = list.lastElementChild;
    piece.querySelector("[data-use]").checked = true;
    recompose();
    piece.querySelector("[data-words]").focus();
  }

  if (list) {
    // The server sorts by number; so does this page, after a return with a changed order.
    [...list.children]
      .sort((a, b) => Number(a.querySelector("[data-order]").value) - Number(b.querySelector("[data-order]").value))
      .forEach((piece) => list.append(piece));
    renumber();
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

  form?.addEventListener("input", () => { dirty = true; });
  form?.addEventListener("submit", () => { leaving = true; });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]")) leaving = true;
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });

  const { keysWork } = window.accelerator.levels(form);
  document.addEventListener("keydown", (event) => {
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-go]"));
      return;
    }
    const link = { j: "[data-next]", k: "[data-previous]" }[event.key.toLowerCase()];
    if (link && keysWork(event)) document.querySelector(link)?.click();
  });

  const conflict = document.querySelector("[data-conflict]");
  conflict?.scrollIntoView({ block: "start" });
  conflict?.focus({ preventScroll: true });
})();
