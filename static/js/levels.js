// Choosing a level with the keys 1, 2, 3…, which a person may switch off (WCAG 2.1.4).
"use strict";

/** The level cards of `form`, or of none, until `signal` ends. Returns choose(radio, words) and
 *  keysWork(event). */
window.accelerator.levels = (form, signal) => {
  const { announce } = window.accelerator;
  const levels = [...(form?.querySelectorAll("[data-level]") ?? [])];
  const toggles = [...document.querySelectorAll("[data-keys]")];
  const what = toggles[0]?.dataset.keys || "number keys";
  let keysOn = window.localStorage.getItem("number-keys") !== "off";

  function showKeys() {
    form?.classList.toggle("keys-off", !keysOn);
    toggles.forEach((toggle) => { toggle.textContent = `Turn ${what} ${keysOn ? "off" : "on"}`; });
  }
  toggles.forEach((toggle) => toggle.addEventListener("click", () => {
    keysOn = !keysOn;
    window.localStorage.setItem("number-keys", keysOn ? "on" : "off");
    showKeys();
    announce(`${what[0].toUpperCase()}${what.slice(1)} are ${keysOn ? "on" : "off"}`);
  }));
  showKeys();

  function choose(radio, words) {
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    announce(words);
  }

  /** Whether a single key may act now: switched on, alone, and nobody is typing in a box. */
  function keysWork(event) {
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
    return !event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  }

  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || !keysWork(event)) return;
    const radio = levels[Number(event.key) - 1];
    if (!radio) return;
    event.preventDefault();
    choose(radio, `${radio.dataset.level} chosen`);
    // Tab goes on from the answer; who is busy elsewhere on the page stays there.
    if (document.activeElement.matches("body, main, [data-level]")) radio.focus();
  }, { signal });

  return { choose, keysWork };
};
