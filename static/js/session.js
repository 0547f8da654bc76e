// Who is signed in in this browser, and requests that find out what stopped them.
"use strict";

(() => {
  const { person, signedIn, signIn } = document.body.dataset;
  if (!person) return;
  const SECONDS = 1000;
  let headers = JSON.parse(document.body.getAttribute("hx-headers"));

  /** Give the forms under `root` the token that holds now. */
  function stamp(root) {
    const token = headers["X-CSRFToken"];
    root.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = token; });
  }

  function useToken(token) {
    headers = { ...headers, "X-CSRFToken": token };
    document.body.setAttribute("hx-headers", JSON.stringify(headers));
    stamp(document);
  }

  /** "here": this page's person is signed in, and its forms have a token that holds. "out":
   *  nobody is. "other": somebody else is. "away": the site does not answer. */
  async function check(seconds = 5) {
    try {
      const response = await fetch(signedIn, { signal: AbortSignal.timeout(seconds * SECONDS), cache: "no-store" });
      if (!response.ok) return "away";
      const now = await response.json();
      if (!now.person) return "out";
      if (now.person !== person) return "other";
      useToken(now.token);
      return "here";
    } catch {
      return "away";
    }
  }

  async function send(url, body, more, seconds) {
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: { ...headers, ...more },
        signal: AbortSignal.timeout(seconds * SECONDS),
      });
      return { status: response.status, html: await response.text(), wentTo: response.headers.get("X-Went-To") };
    } catch {
      return { status: 0, html: "" };
    }
  }

  /** POST as this page's person. Gives {state, status, html}; the state is that of check(), and
   *  only "here" is an answer. A refusal is looked into, and tried once more with a new token. */
  async function post(url, body, more = { "HX-Request": "true" }, seconds = 20) {
    let answer = await send(url, body, more, seconds);
    if (answer.status === 401 || answer.status === 403) {
      const state = await check();
      if (state !== "here") return { state };
      answer = await send(url, body, more, seconds);
    }
    const away = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    return away ? { state: "away", ...answer } : { state: "here", ...answer };
  }

  /** A last request of a page that goes; nobody waits for it. FormData is shorter on the wire. */
  function parting(url, fields) {
    const body = new FormData();
    fields.forEach(([name, value]) => body.append(name, value));
    fetch(url, { method: "POST", body, keepalive: true, headers: { ...headers, "HX-Request": "true" } }).catch(() => {});
  }

  /** Put `words` into `place`; their way to sign in is a link where that is what is missing. */
  function tell(place, words, state) {
    const way = ["out", "other"].includes(state) && words.match(/sign in (as yourself )?in a new tab/i);
    if (!way) {
      place.textContent = words;
      return;
    }
    const link = document.createElement("a");
    link.href = signIn;
    link.target = "_blank";
    link.rel = "noopener";
    [link.textContent] = way;
    place.replaceChildren(words.slice(0, way.index), link, words.slice(way.index + way[0].length));
  }

  // Whoever comes back from signing in in another tab finds forms that work.
  document.addEventListener("visibilitychange", async () => {
    if (document.visibilityState !== "visible") return;
    const state = await check();
    document.dispatchEvent(new CustomEvent("session:checked", { detail: state }));
  });

  // Drafts of forms that are sent once: kept.js keeps them, and outbox.js drops them at sign-out.
  window.accelerator.session = { person, drafts: `draft:${person}:`, check, post, parting, stamp, tell };
})();
