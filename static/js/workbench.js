// A coach's criterion page: saving while typing, keys for everything, the evidence frame.
"use strict";

window.accelerator.onPage((signal) => {
  const frame = document.querySelector("iframe[name=evidence-frame]");

  /** Mark the piece that the frame shows, and bring the frame into view where it is below. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[target=evidence-frame]");
    if (!link || !frame) return;
    document.querySelectorAll("a[target=evidence-frame]").forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    const box = frame.getBoundingClientRect();
    if (box.top < 0 || box.bottom > window.innerHeight) frame.scrollIntoView({ block: "nearest" });
  }, { signal });

  const help = document.getElementById("keys-help");
  document.querySelectorAll("[data-open-help]").forEach((button) => {
    button.addEventListener("click", () => help.showModal());
  });

  const form = document.querySelector("form[data-judgement]");
  const goTo = (rel) => document.querySelector(`.steps a[rel=${rel}]`)?.href;
  const { choose, keysWork } = window.accelerator.levels(form, signal);
  if (!form) {
    document.addEventListener("keydown", (event) => {
      const url = { j: goTo("next"), k: goTo("prev") }[event.key.toLowerCase()];
      if (url && keysWork(event)) window.location.assign(url);
    }, { signal });
    return;
  }

  const { announce, moving } = window.accelerator;
  window.accelerator.saving(form, signal, { elsewhere: "you saved this in another window." });
  const cannot = form.querySelector("[data-cannot]");
  const reason = form.elements.cannot_judge_reason;
  const clear = form.querySelector("[data-clear-level]");
  const none = form.querySelector("[data-level-none]");

  const showClear = () => { clear.hidden = none.checked; };
  clear.addEventListener("click", () => {
    choose(none, "Answer cleared: not judged yet");
    showClear();
    form.querySelector("[data-level]").focus();
  });
  form.addEventListener("change", showClear);
  showClear();

  function move(rel) {
    const url = goTo(rel);
    if (url) moving.follow(url);
    else announce(rel === "next" ? "This is the last criterion" : "This is the first criterion");
  }

  const actions = {
    j: () => move("next"),
    k: () => move("prev"),
    c: () => {
      choose(cannot, "Cannot judge: say why");
      reason.focus();
    },
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (help.open) return;
    if (event.key === "Escape" && event.target.closest("textarea, input, select")) {
      // Out of the box, so that the keys work again.
      (form.querySelector("[name=answer]:checked:not([data-level-none])") || form.querySelector("[data-level]")).focus();
      return;
    }
    const act = actions[event.key.toLowerCase()];
    if (!act || !keysWork(event)) return;
    event.preventDefault();
    act();
  }, { signal });

  // What the level brings up (the organisation's own, and what is then asked for) is said aloud.
  const said = () => ["own-level", "lift-note"].map((id) => document.getElementById(id)?.dataset.say || "").join(" ").trim();
  let last = said();
  document.addEventListener("htmx:afterSettle", () => {
    const words = said();
    if (words && words !== last) announce(words);
    last = words;
  }, { signal });
});
