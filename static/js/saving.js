// A form that saves itself while somebody types: status, retries, and leaving without losing words.
// htmx sends the form (see hx-trigger there); this file says how it went and tries again.
"use strict";

/** Watch `form`. `elsewhere`: what to say when another window or person saved it meanwhile. */
window.accelerator.saving = (form, { elsewhere }) => {
  const { announce } = window.accelerator;
  const conflict = document.getElementById("conflict");
  const RETRY = [2, 4, 8, 15, 30, 60];
  const WAITING = "Not saved yet – we will keep trying. Your words are still on this page.";
  const SIGNED_OUT = "Not saved yet – you have been signed out. Sign in again in another tab, "
    + "then come back here: we will keep trying.";
  const GONE = "Not saved – this page is no longer yours to change. Copy your words before you leave.";

  let edits = 0;
  let sent = 0;
  let saved = 0;
  let tries = 0;
  let timer = null;
  let inFlight = false;
  let submitter = null;
  let leaving = false;
  let onSaved = null;

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
    onSaved = null;
    window.clearTimeout(timer);
    timer = window.setTimeout(save, seconds * 1000);
  }

  /** What an earlier Save found wrong is right now that everything is saved. */
  function clearErrors() {
    document.querySelector(".page > [data-error-summary]")?.remove();
    form.querySelectorAll(".field-error").forEach((words) => words.remove());
    form.querySelectorAll(".has-error").forEach((field) => field.classList.remove("has-error"));
    form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    document.title = document.title.replace(/^Error: /, "");
  }

  function save() {
    if (dirty() && !inConflict()) window.htmx.trigger(form, "autosave");
  }

  /** Run `go` once everything typed is saved; not at all when it cannot be saved now. */
  function afterSaving(go) {
    if (!dirty() && !inFlight) {
      go();
      return;
    }
    onSaved = go;
    save();
  }

  /** Go to another page without a warning, for what is saved. */
  function leave(url) {
    leaving = true;
    window.location.assign(url);
  }

  /** Signing in again changes the token; read the new one from a fresh copy of this page. */
  async function renewToken() {
    try {
      const page = await window.fetch(window.location.href, { credentials: "same-origin" });
      const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
      const token = fresh.querySelector("form[hx-post] [name=csrfmiddlewaretoken]")?.value;
      if (!token) return;
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    } catch {
      // Still offline: the next try asks again.
    }
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
      onSaved = null;
      announce(document.getElementById("save-status").textContent.trim());
    } else if (xhr.status === 409 && inConflict()) {
      onSaved = null;
      show("waiting", `Not saved yet – ${elsewhere} See above.`);
      const notice = conflict.querySelector("[data-conflict]");
      notice.scrollIntoView({ block: "start" });
      notice.focus({ preventScroll: true });
    } else if (xhr.status === 404) {
      onSaved = null;
      show("waiting", GONE);
      announce(GONE);
    } else if (xhr.status === 200 || xhr.status === 401 || xhr.status === 403) {
      tryLater(SIGNED_OUT);
      renewToken();
    } else {
      tryLater(WAITING);
    }
    if (submitter) {
      leaveNow();
    } else if (onSaved && !dirty()) {
      const go = onSaved;
      onSaved = null;
      go();
    }
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

  return { afterSaving, leave };
};
