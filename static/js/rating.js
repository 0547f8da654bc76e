// The criterion page: saving while typing, number keys, and leaving without losing words.
// htmx sends the form (see hx-trigger there); this file says how it went and tries again.
"use strict";

(() => {
  const form = document.querySelector("form[data-rating]");
  if (!form) return;
  const { announce } = window.accelerator;
  const conflict = document.getElementById("conflict");
  const RETRY = [2, 4, 8, 15, 30, 60];
  const WAITING = "Not saved yet – we will keep trying. Your words are still on this page.";
  const SIGNED_OUT = "Not saved yet – you have been signed out. Sign in again in another tab, "
    + "then come back here: we will keep trying.";

  let edits = 0;
  let sent = 0;
  let saved = 0;
  let tries = 0;
  let timer = null;
  let inFlight = false;
  let submitter = null;
  let leaving = false;

  const dirty = () => edits > saved;
  const inConflict = () => Boolean(conflict.querySelector("[data-conflict]"));
  const ours = (event) => event.detail.elt === form;

  function show(state, words) {
    const status = document.getElementById("save-status");
    status.className = `save-status is-${state}`;
    status.textContent = words;
  }

  function tryLater(words) {
    show("waiting", words);
    if (tries === 0) announce(words);
    const seconds = RETRY[Math.min(tries, RETRY.length - 1)];
    tries += 1;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, seconds * 1000);
  }

  function save() {
    if (dirty() && !inConflict()) window.htmx.trigger(form, "autosave");
  }

  /** Signing in again changes the token; read the new one from a fresh copy of this page. */
  async function renewToken() {
    try {
      const page = await window.fetch(window.location.href, { credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
      const token = fresh.querySelector("form[data-rating] [name=csrfmiddlewaretoken]")?.value;
      if (!token) return;
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    } catch {
      // Still offline: the next try asks again.
    }
  }

  /** Errors of an earlier Save no longer hold once the answers are taken. */
  function clearErrors() {
    document.querySelector(".page > [data-error-summary]")?.remove();
    form.querySelectorAll(".field-error").forEach((words) => words.remove());
    form.querySelectorAll(".has-error").forEach((field) => field.classList.remove("has-error"));
    form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    document.title = document.title.replace(/^Error: /, "");
  }

  form.addEventListener("input", () => { edits += 1; });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!ours(event)) return;
    if (leaving || inConflict()) {
      event.preventDefault();
      return;
    }
    window.clearTimeout(timer);
    inFlight = true;
    sent = edits;
    if (tries === 0) show("saving", "Saving…");
  });

  // A sign-in page that arrives in place of an answer must not be swapped in.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!ours(event)) return;
    const body = event.detail.xhr.responseText;
    if (!/id="save-status"|data-conflict/.test(body)) {
      event.detail.shouldSwap = false;
      event.detail.isError = true;
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!ours(event)) return;
    inFlight = false;
    const { xhr } = event.detail;
    const answered = /id="save-status"/.test(xhr.responseText || "");
    if (xhr.status === 200 && answered) {
      if (tries > 0) announce("Saved");
      tries = 0;
      saved = sent;
      clearErrors();
    } else if (xhr.status === 422 && answered) {
      announce(document.getElementById("save-status").textContent.trim());
    } else if (xhr.status === 409 && inConflict()) {
      show("waiting", "Not saved yet – a colleague saved this at the same time. See above.");
      const notice = conflict.querySelector("[data-conflict]");
      notice.scrollIntoView({ block: "start" });
      notice.focus({ preventScroll: true });
    } else if (xhr.status === 200 || xhr.status === 401 || xhr.status === 403) {
      tryLater(SIGNED_OUT);
      renewToken();
    } else {
      tryLater(WAITING);
    }
    if (submitter) leaveNow();
  });

  window.addEventListener("online", () => { tries = 0; save(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !inFlight) save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty() && !leaving) event.preventDefault();
  });

  // The Save buttons wait for a save that is under way, so that nobody conflicts with themselves.
  form.addEventListener("submit", (event) => {
    if (inFlight) {
      event.preventDefault();
      submitter = event.submitter;
    } else {
      leaving = true;
    }
  });
  function leaveNow() {
    const button = submitter;
    submitter = null;
    if (!inConflict()) form.requestSubmit(button);
  }
  document.addEventListener("submit", (event) => {
    if (event.target.closest("[data-conflict]")) leaving = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]")) leaving = true;
  });
  window.addEventListener("pageshow", () => { leaving = false; });

  // Number keys, which a person may switch off.
  const levels = [...form.querySelectorAll("[data-level]")];
  const none = form.querySelector("[data-level-none]");
  const toggle = form.querySelector("[data-keys]");
  let keysOn = window.localStorage.getItem("number-keys") !== "off";

  function showKeys() {
    form.classList.toggle("keys-off", !keysOn);
    if (toggle) toggle.textContent = keysOn ? "Turn number keys off" : "Turn number keys on";
  }
  toggle?.addEventListener("click", () => {
    keysOn = !keysOn;
    window.localStorage.setItem("number-keys", keysOn ? "on" : "off");
    showKeys();
    announce(keysOn ? "Number keys are on" : "Number keys are off");
  });
  showKeys();

  function choose(radio, words) {
    if (radio.checked) return;
    radio.checked = true;
    radio.dispatchEvent(new Event("input", { bubbles: true }));
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    announce(words);
  }

  document.addEventListener("keydown", (event) => {
    if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
    if (typing || !/^[1-9]$/.test(event.key)) return;
    const radio = levels[Number(event.key) - 1];
    if (!radio) return;
    event.preventDefault();
    choose(radio, `${radio.dataset.level} chosen`);
  });

  const clear = form.querySelector("[data-clear-level]");
  const showClear = () => { if (clear) clear.hidden = none.checked; };
  clear?.addEventListener("click", () => {
    choose(none, "Answer cleared: not rated");
    showClear();
    levels[0].focus();
  });
  form.addEventListener("change", showClear);
  showClear();
})();
