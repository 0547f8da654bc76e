// What is typed and not saved yet: kept in this tab for its person, sent one after another, told of.
// An entry is {page, label, fields, words, sent, state, at}: `fields` as they stand, `words` the names
// of those that hold text, `sent` those that went out without an answer, `state` "" to be sent, or
// why it waits for its writer.
"use strict";

(() => {
  const { session, announce, textButton } = window.accelerator;
  if (!session) return;
  const { person } = session;
  const UNSENT = "unsent:";
  const MINE = `${UNSENT}${person}:`;
  const RETRY = [2, 4, 8, 15, 30, 60];
  const memory = new Map(); // where the browser lets nothing be stored
  let tries = 0;
  let timer = null;
  let running = null;
  let again = false;
  let state = "here";
  let busy = false; // "away" with an answer: the site is there and cannot save now

  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const versioned = (fields, version) =>
    fields.map(([name, value]) => [name, name === "version" ? version : value]);

  function read(url) {
    try {
      return JSON.parse(sessionStorage.getItem(MINE + url)) ?? memory.get(url);
    } catch {
      return memory.get(url);
    }
  }

  function write(url, entry) {
    try {
      sessionStorage.setItem(MINE + url, JSON.stringify(entry));
    } catch {
      memory.set(url, entry);
    }
  }

  function drop(url) {
    sessionStorage.removeItem(MINE + url);
    memory.delete(url);
    show();
  }

  function keys() {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(UNSENT));
  }

  /** [url, entry] of everything of this person that is not saved yet, first typed first. */
  function entries() {
    const urls = keys().filter((key) => key.startsWith(MINE)).map((key) => key.slice(MINE.length));
    return [...new Set([...urls, ...memory.keys()])]
      .map((url) => [url, read(url)])
      .sort((one, other) => one[1].at - other[1].at);
  }

  /** Keep what stands in a form now. What went out without an answer is remembered. */
  function put(url, { page, label, fields, words, state: waits = "" }) {
    const before = read(url);
    write(url, { page, label, fields, words, sent: before?.sent ?? null, state: waits, at: before?.at ?? Date.now() });
    show();
  }

  /** The page goes: send what stands without waiting, and remember that it may have arrived. */
  function part(url) {
    const entry = read(url);
    if (!entry || entry.state) return;
    session.parting(url, entry.fields);
    if (!entry.sent) write(url, { ...entry, sent: entry.fields });
  }

  /** Send one entry. Returns {state, status, html, version}, as session.post does. */
  async function send(url, action) {
    let entry = read(url);
    if (entry.sent && !same(entry.sent, entry.fields)) {
      // Did the one before arrive? Asked first, so that nobody conflicts with themselves.
      const answer = await submit(url, entry.sent);
      if (answer.state !== "here") return answer;
      entry = read(url);
      if (!entry) return answer;
      if (answer.version) {
        entry.fields = versioned(entry.fields, answer.version);
        document.dispatchEvent(new CustomEvent("outbox:version", { detail: { url, version: answer.version } }));
      }
      write(url, { ...entry, sent: null });
    }
    const { fields } = read(url);
    write(url, { ...read(url), sent: fields });
    const answer = await submit(url, action ? [...fields, ["action", action]] : fields);
    entry = read(url);
    if (entry) settle(url, entry, fields, answer);
    return answer;
  }

  async function submit(url, fields) {
    const answer = await session.post(url, new URLSearchParams(fields));
    const html = new DOMParser().parseFromString(answer.html ?? "", "text/html");
    const version = html.querySelector("#id_version[name=version]")?.value;
    const answered = [200, 409, 422].includes(answer.status);
    if (answer.status === 200 && !version) return { state: "away", status: 0, html: "" };
    return { ...answer, version: answered ? version : null, closed: !html.querySelector("form") };
  }

  function settle(url, entry, fields, answer) {
    if (answer.state === "away") return; // it may have arrived: `sent` stays
    entry.sent = null;
    if (answer.state === "here") {
      if (answer.status === 200 && same(entry.fields, fields)) {
        drop(url);
        return;
      }
      if (answer.version) entry.fields = versioned(entry.fields, answer.version);
      if (same(versioned(entry.fields, ""), versioned(fields, "")) || answer.status === 409) {
        const meets = answer.closed ? "gone" : "conflict"; // a page without a form offers no choice
        entry.state = { 200: "", 409: meets, 422: "refused" }[answer.status] ?? "gone";
      }
    }
    write(url, entry);
  }

  async function drain(only, action) {
    let answer = null;
    do {
      again = false;
      for (const [url, entry] of entries()) {
        if (entry.state) continue;
        const got = await send(url, url === only ? action : "");
        if (url === only) answer = got;
        document.dispatchEvent(new CustomEvent("outbox:answer", { detail: { url, ...got } }));
        state = got.state;
        busy = Boolean(got.status);
        show();
        if (state !== "here") {
          later();
          return answer ?? got;
        }
        tries = 0;
      }
    } while (again);
    return answer;
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(run, RETRY[Math.min(tries, RETRY.length - 1)] * 1000);
    tries += 1;
  }

  /** Send all that waits. */
  function run() {
    again = true;
    running ??= drain().finally(() => { running = null; });
    return running;
  }

  /** Send all, `url` with `action` (as its Save button would). The answer to `url`; null: none
   *  was needed. `seconds`: not waited for longer, {state: "away"} then. */
  async function flush(url, { action = "", seconds = 4 } = {}) {
    const late = new Promise((done) => {
      window.setTimeout(() => done({ state: "away", late: true }), seconds * 1000);
    });
    const whole = (async () => {
      while (running) await running;
      running = drain(url, action).finally(() => { running = null; });
      return running;
    })();
    const answer = await Promise.race([whole, late]);
    if (answer?.late) {
      state = "away";
      busy = false;
    }
    return answer;
  }

  const WHY = {
    away: "no connection. Kept in this tab and sent when it is back.",
    busy: "the site is busy. We keep trying.",
    out: "you were signed out. Sign in in a new tab to send.",
    other: "somebody else is signed in in this browser now. Sign in as yourself in a new tab to send.",
  };
  const NEEDS = {
    conflict: "was changed elsewhere too: open it and choose what to keep",
    refused: "is not saved: open it and see what it needs",
    gone: "can no longer be changed, so what you wrote there is not saved",
  };

  function show() {
    const here = document.querySelector("form[data-saving]")?.dataset.autosave;
    const all = entries();
    const others = all.filter(([url]) => url !== here);
    const place = document.querySelector("form [data-unsent]") ?? document.querySelector("[data-unsent]");
    const strangers = keys().filter((key) => !key.startsWith(MINE));
    place.hidden = !others.length && !strangers.length;
    place.replaceChildren();
    const waiting = others.filter(([, entry]) => !entry.state).length;
    if (waiting) place.append(waits(waiting, here), " ");
    for (const [url, entry] of others.filter(([, one]) => one.state)) place.append(needing(url, entry), " ");
    if (strangers.length) place.append(belongings(strangers));
  }

  /** How many wait, and why, unless the form in view says why itself. */
  function waits(count, here) {
    const line = document.createElement("span");
    const why = here && read(here) ? "" : WHY[state === "away" && busy ? "busy" : state];
    session.tell(line, `${count} not sent yet${why ? ` – ${why}` : "."}`, state);
    return line;
  }

  function needing(url, entry) {
    const line = document.createElement("span");
    const link = document.createElement("a");
    link.href = entry.page;
    link.textContent = entry.label;
    line.append("“", link, `” ${NEEDS[entry.state]}. `);
    if (entry.state !== "gone") return line;
    const kept = document.createElement("details");
    const words = document.createElement("p");
    kept.append(document.createElement("summary"), words);
    kept.firstChild.textContent = "What you wrote, to copy";
    words.className = "kept";
    words.textContent = entry.fields.filter(([name]) => entry.words?.includes(name)).map(([, value]) => value)
      .filter(Boolean).join("\n\n") || "Nothing but a level.";
    line.append(kept, textButton("Drop it", () => drop(url)));
    return line;
  }

  function belongings(strangers) {
    const line = document.createElement("span");
    line.append("This tab keeps words that somebody else typed and did not get saved. They are not saved under your "
      + "name: they wait for their writer to sign in here. ");
    line.append(textButton("Remove them for good", () => {
      strangers.forEach((key) => sessionStorage.removeItem(key));
      show();
    }));
    return line;
  }

  /** What this person typed is nobody else's business once they sign out. */
  function forget() {
    memory.clear();
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(MINE) || key.startsWith(session.drafts)) sessionStorage.removeItem(key);
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!/\/(logout|sign-out-everywhere)\/$/.test(form.getAttribute("action"))) return;
    event.preventDefault();
    await flush();
    if (await session.check() === "away") {
      announce("There is no connection, so you are still signed in.");
      return;
    }
    const drafts = Object.keys(sessionStorage).filter((key) => key.startsWith(session.drafts));
    const left = entries().length + drafts.length;
    const words = left === 1 ? "One answer is" : `${left} answers are`;
    if (left && !window.confirm(`${words} not saved yet. Sign out and lose that?`)) return;
    forget();
    form.submit();
  });

  // A page that shows two texts settles them itself.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) settled(event.target);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-discard]")) settled(event.target);
  });
  function settled(element) {
    const url = element.closest("[data-conflict]")?.dataset.conflict;
    if (url) drop(url);
  }

  window.addEventListener("online", () => { tries = 0; run(); });
  document.addEventListener("session:checked", (event) => {
    if (event.detail === "here" && entries().length) {
      tries = 0;
      run();
    }
  });

  window.accelerator.outbox = { put, part, read, run, flush, entries, state: () => state };
  window.accelerator.onPage(show);
  run();
})();
