// From one criterion to the next without leaving the document, so that a cut connection stops
// nobody: pages ahead are fetched before they are asked for, and words wait in the outbox.
"use strict";

(() => {
  const { announce, linkOf, onPage, outbox, session } = window.accelerator;
  const AHEAD = { "HX-Request": "true", "X-Prefetch": "true" };
  const copies = new Map(); // address → the page's HTML as it last arrived
  const CLOSED = "There is no connection, so that page cannot open now. What you wrote is kept in this tab.";
  let form = null;
  let isCopy = false;
  let shown = window.location.href;
  let leaving = false;
  let asked = 0;

  const path = (url) => new URL(url, window.location.href).pathname;
  const inside = (url) => Boolean(form) && new URL(url, window.location.href).origin === window.location.origin
    && path(url).startsWith(form.dataset.within) && /^[^/]+\/$/.test(path(url).slice(form.dataset.within.length));

  /** {html}, or {why}: "away", "out", or "elsewhere" for what the browser must open itself. */
  async function load(url, headers = { "HX-Request": "true" }) {
    try {
      const response = await fetch(url, { headers, cache: "no-store", signal: AbortSignal.timeout(4000) });
      if (response.status === 401) return { why: "out" };
      const html = await response.text();
      const whole = response.ok && !response.redirected && html.includes("data-saving");
      return whole ? { html } : { why: response.status >= 500 ? "away" : "elsewhere" };
    } catch {
      return { why: "away" };
    }
  }

  function show(html, url, { push, copy }) {
    if (push && path(url) !== path(shown)) window.history.pushState(null, "", url);
    shown = url;
    isCopy = copy;
    can();
    const main = window.accelerator.showPage(html, copy ? withoutEvidence : undefined);
    main.focus({ preventScroll: true });
    announce(document.title);
  }

  /** A copy's frames cannot load. */
  function withoutEvidence(main) {
    main.querySelectorAll("iframe").forEach((frame) => {
      const line = document.createElement("p");
      line.className = "soft";
      line.textContent = "Evidence is shown again once there is a connection: load this page again then.";
      frame.replaceWith(line);
    });
  }

  /** Show another criterion: as it is now, or its copy where the site does not answer. */
  async function go(url, { push = true } = {}) {
    const turn = (asked += 1);
    const copy = copies.get(path(url));
    const got = copy && outbox.state() !== "here" ? { why: outbox.state() } : await load(url);
    if (turn !== asked) return;
    if (got.html) {
      copies.set(path(url), got.html);
      show(got.html, url, { push, copy: false });
    } else if (got.why === "elsewhere") {
      leave(url);
    } else if (copy) {
      show(copy, url, { push, copy: true });
    } else {
      if (!push) window.history.pushState(null, "", shown);
      cannot();
    }
  }

  const cannot = () => window.accelerator.notify(CLOSED);

  /** It is back, or another page is in view. */
  function can() {
    const place = window.accelerator.notice;
    if (place.textContent === CLOSED) place.hidden = true;
  }

  function leave(url) {
    leaving = true;
    window.location.assign(url);
  }

  /** Save, then go where was asked; stay where two texts are to be settled first. */
  async function follow(url, { action = "" } = {}) {
    const waits = outbox.read(form.dataset.autosave);
    if (waits && !waits.state) {
      // Once the site has failed to answer, nobody waits for it long.
      const seconds = outbox.state() === "here" ? 4 : 1;
      const answer = await outbox.flush(form.dataset.autosave, { action, seconds });
      if (answer?.status === 409) return answer;
      if (action && answer?.status === 422) return answer;
    }
    if (inside(url)) await go(url);
    else if (await session.check(4) === "away") cannot();
    else leave(url);
    return null;
  }

  async function prefetch(signal) {
    for (const url of form.dataset.ahead.split(" ").filter(Boolean)) {
      if (copies.has(path(url))) continue;
      const got = await load(url, AHEAD);
      if (signal.aborted || got.why === "away") return;
      if (got.html && !copies.has(path(url))) copies.set(path(url), got.html);
    }
  }

  document.addEventListener("click", (event) => {
    const link = form && linkOf(event);
    if (!link) return;
    event.preventDefault();
    follow(link.href);
  });
  window.addEventListener("popstate", async () => {
    if (!inside(window.location.href) || path(window.location.href) === path(shown)) return;
    await outbox.flush(form.dataset.autosave);
    go(window.location.href, { push: false });
  });
  window.addEventListener("pagehide", () => { if (form) outbox.part(form.dataset.autosave); });
  window.addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("outbox:answer", ({ detail }) => { if (detail.state === "here") can(); });
  window.addEventListener("online", can);
  // Only what cannot be saved now is asked about: closing the tab would lose it.
  window.addEventListener("beforeunload", (event) => {
    const stuck = outbox.entries().some(([, entry]) => entry.state) || outbox.state() !== "here";
    if (!leaving && stuck && outbox.entries().length) event.preventDefault();
  });

  window.accelerator.moving = { follow, leave, isCopy: () => isCopy };
  onPage((signal) => {
    form = document.querySelector("form[data-saving]");
    if (!form) return;
    if (!copies.has(path(shown))) copies.set(path(shown), document.documentElement.outerHTML);
    window.setTimeout(() => { if (!signal.aborted) prefetch(signal); }, 300);
  });
  window.addEventListener("online", () => { if (form) prefetch(new AbortController().signal); });
})();
