// Forms that are sent once (a decision, an answer, a description): what is typed is kept in this
// tab for its person until it has arrived, and no error page of the browser takes it.
"use strict";

(() => {
  const { announce, fill, linkOf, onPage, session, textButton } = window.accelerator;
  if (!session) return;
  const WORDS = {
    away: "Not sent – there is no connection. Your words are kept in this tab: send them again when it is back.",
    busy: "Not sent – something went wrong here. Your words are kept in this tab: send them again in a moment.",
    out: "You were signed out, so this was not sent. Sign in in a new tab, then send it again here.",
    other: "Not sent – somebody else is signed in in this browser now. Sign in as yourself in a new tab, then send it again here.",
  };
  const SKIPPED = ["stated_person", "step", "action"];
  let leaving = false;
  let given = false; // whether <main> is an answer of the server to what was sent

  const keyOf = (form) => `${session.drafts}${window.location.pathname}:${form.dataset.keep}`;

  const fieldsOf = (form) => window.accelerator.fieldsOf(form, SKIPPED);

  function store(key, fields) {
    try {
      sessionStorage.setItem(key, JSON.stringify(fields));
    } catch {
      // Nothing can be stored in this browser: leaving asks first.
    }
  }

  function tell(form, words, state) {
    const place = form.querySelector("[data-kept-notice]") ?? form.appendChild(document.createElement("p"));
    place.dataset.keptNotice = "";
    place.className = "save-status is-waiting";
    session.tell(place, words, state);
    announce(words);
    return place;
  }

  /** Another answer to the form is a page: its errors, two texts, or the next step. */
  function show(html) {
    given = true;
    const main = window.accelerator.showPage(html);
    given = false;
    const notice = main.querySelector("[data-conflict]");
    if (!window.accelerator.focusSummary(main)) (notice ?? main).focus();
  }

  async function send(form, button) {
    const body = new FormData(form, button);
    body.delete("csrfmiddlewaretoken"); // the header has the one that holds
    const url = form.getAttribute("action") || window.location.href; // a button may be named "action"
    const files = [...body.values()].some((value) => value instanceof File && value.size);
    tell(form, "Sending…");
    const answer = await session.post(url, body, { "X-Kept-Form": "true" }, files ? 300 : 20);
    if (answer.state !== "here") {
      tell(form, WORDS[answer.status ? "busy" : answer.state], answer.state);
    } else if (answer.status === 204) {
      sessionStorage.removeItem(keyOf(form));
      leaving = true;
      window.location.assign(answer.wentTo);
    } else {
      show(answer.html);
    }
  }

  function watch(form) {
    const key = keyOf(form);
    const draft = JSON.parse(sessionStorage.getItem(key) ?? "null");
    const answered = given || document.querySelector("main [data-error-summary], main [data-conflict]");
    const asGiven = JSON.stringify(fieldsOf(form));
    let sending = false;

    if (draft && !answered) {
      form.dispatchEvent(new CustomEvent("kept:fill", { detail: draft }));
      fill(form, draft);
      form.dispatchEvent(new CustomEvent("kept:filled"));
      if (JSON.stringify(fieldsOf(form)) !== asGiven) offer(form, key);
    } else if (draft) {
      store(key, fieldsOf(form));
    }

    form.addEventListener("input", () => store(key, fieldsOf(form)));
    form.addEventListener("recompose", () => store(key, fieldsOf(form)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (sending) return;
      sending = true;
      store(key, fieldsOf(form));
      await send(form, event.submitter);
      sending = false;
    });
  }

  function offer(form, key) {
    const words = "Not sent yet. What you had typed here is back. ";
    const place = tell(form, words, "here");
    form.prepend(place);
    place.append(textButton("Drop it", () => {
      sessionStorage.removeItem(key);
      leaving = true;
      window.location.reload();
    }));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-discard]")) return;
    document.querySelectorAll("form[data-keep]").forEach((form) => sessionStorage.removeItem(keyOf(form)));
    leaving = true;
  });
  // Links of a page with unsent words must not lead to the browser's error page.
  document.addEventListener("click", async (event) => {
    const link = linkOf(event);
    const form = document.querySelector("form[data-keep]");
    if (!form || !link || !sessionStorage.getItem(keyOf(form))) return;
    event.preventDefault();
    if (await session.check(4) === "away") {
      // In view wherever the link is; the form may be far below.
      window.accelerator.notify(WORDS.away.replace("Not sent", "That page cannot open"));
    } else {
      leaving = true;
      window.location.assign(link.href);
    }
  });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => {
    const kept = [...document.querySelectorAll("form[data-keep]")].some((form) => sessionStorage.getItem(keyOf(form)));
    if (kept && !leaving) event.preventDefault();
  });

  onPage(() => document.querySelectorAll("form[data-keep]").forEach(watch));
})();
