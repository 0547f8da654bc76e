// The criterion page of a self-assessment: saving while typing, number keys, clearing an answer.
"use strict";

window.accelerator.onPage((signal) => {
  const form = document.querySelector("form[data-rating]");
  if (!form) return;
  window.accelerator.saving(form, signal, { elsewhere: "this was saved elsewhere at the same time." });
  const { choose } = window.accelerator.levels(form, signal);

  const first = form.querySelector("[data-level]");
  const none = form.querySelector("[data-level-none]");
  const clear = form.querySelector("[data-clear-level]");
  const reason = form.querySelector("[name=cannot_rate_reason]");
  const both = form.querySelector("[data-both]");
  const showClear = () => {
    if (clear) clear.hidden = none.checked;
    const hidden = both.hidden;
    both.hidden = none.checked || !reason.value.trim();
    if (hidden && !both.hidden) both.scrollIntoView({ block: "nearest" });
  };
  form.querySelector("[data-clear-reason]").addEventListener("click", () => {
    reason.value = "";
    reason.dispatchEvent(new Event("input", { bubbles: true }));
    reason.dispatchEvent(new Event("change", { bubbles: true }));
    window.accelerator.announce("The reason is cleared, the level is kept");
    form.querySelector("[data-level]:checked").focus();
  });
  clear?.addEventListener("click", () => {
    choose(none, "Answer cleared: not rated");
    showClear();
    first.focus();
  });
  form.addEventListener("change", showClear);
  showClear();
});
