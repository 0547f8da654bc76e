// The criterion page of a self-assessment: saving while typing, number keys, clearing an answer.
"use strict";

(() => {
  const form = document.querySelector("form[data-rating]");
  if (!form) return;
  window.accelerator.saving(form, { elsewhere: "a colleague saved this at the same time." });
  const { choose } = window.accelerator.levels(form);

  const first = form.querySelector("[data-level]");
  const none = form.querySelector("[data-level-none]");
  const clear = form.querySelector("[data-clear-level]");
  const showClear = () => { if (clear) clear.hidden = none.checked; };
  clear?.addEventListener("click", () => {
    choose(none, "Answer cleared: not rated");
    showClear();
    first.focus();
  });
  form.addEventListener("change", showClear);
  showClear();
})();
