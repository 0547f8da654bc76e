// A panel whose request was refused or never arrived says so; what it shows stays.
"use strict";

(() => {
  const { notice: place, session } = window.accelerator;
  if (!session) return;
  const WORDS = {
    away: "There is no connection, so that did not arrive. What you typed is still here: try again when it is back.",
    out: "You were signed out, so that did not arrive. Sign in in a new tab, then try again here.",
    other: "Somebody else is signed in in this browser now, so that did not arrive. "
      + "Sign in as yourself in a new tab, then try again here.",
  };

  function say(state) {
    window.accelerator.notify(WORDS[state]);
    session.tell(place, WORDS[state], state);
  }

  document.addEventListener("htmx:responseError", async (event) => {
    const { status } = event.detail.xhr;
    if (status !== 401 && status !== 403) return;
    const state = await session.check();
    if (WORDS[state]) say(state);
  });
  for (const type of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(type, () => say("away"));
  }
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) place.hidden = true;
  });
  document.addEventListener("session:checked", (event) => {
    if (event.detail === "here") place.hidden = true;
  });
})();
