// A form that saves itself while somebody types: what is saved and what is not, in view.
// The outbox keeps and sends; this file fills it, tells how it went, and asks where two texts meet.
"use strict";

/** Watch `form`. `elsewhere`: what to say when another window or person saved it meanwhile. */
window.accelerator.saving = (() => {
  const known = new Map(); // form → its fields when its page was left
  const WORDS = {
    away: "Not saved yet – no connection. Your words are kept in this tab and sent when it is back.",
    busy: "Not saved yet – the site is busy. Your words are kept in this tab and we keep trying.",
    out: "You were signed out. Sign in in a new tab and this is saved.",
    other: "Not saved – somebody else is signed in in this browser now, and nothing is saved under their name. "
      + "Sign in as yourself in a new tab and this is saved.",
    gone: "Not saved – this page is no longer yours to change. Copy your words before you leave.",
    back: "Not saved yet. What you had typed here is back.",
    typing: "Not saved yet…",
  };

  return (form, signal, { elsewhere }) => {
    const { announce, fieldsOf, fill, moving, outbox, session } = window.accelerator;
    const url = form.dataset.autosave;
    const conflict = document.getElementById("conflict");
    let timer = null;
    let told = outbox.state();
    let native = false;
    let asSaved = null; // the fields as the server has them

    function show(look, words, state) {
      const status = document.getElementById("save-status");
      status.className = `save-status is-${look}`;
      status.setAttribute("aria-live", "off"); // every pause in typing would be read out
      session.tell(status, words, state);
      keepInView();
    }

    /** What is typed into stays above the bar, whose lines may have become more. */
    function keepInView() {
      const box = document.activeElement;
      if (!form.contains(box) || !box.matches("textarea, input:not([type=radio], [type=checkbox])")) return;
      const bar = form.querySelector(".save-bar").getBoundingClientRect();
      const hidden = Math.min(box.getBoundingClientRect().top + 96, box.getBoundingClientRect().bottom) - bar.top;
      if (hidden > 0 && bar.bottom >= window.innerHeight - 1) window.scrollBy(0, hidden);
    }

    function keep(state) {
      const words = [...form.querySelectorAll("textarea")].map((box) => box.name);
      outbox.put(url, { page: form.getAttribute("action"), label: form.dataset.label, fields: fieldsOf(form), words, state });
    }

    /** Something was typed or chosen, as far as the fields show it; leaving a field is no change. */
    function changed(milliseconds) {
      const kept = outbox.read(url)?.fields ?? asSaved;
      if (JSON.stringify(kept) === JSON.stringify(fieldsOf(form))) return;
      keep("");
      if (told === "here") show("typing", WORDS.typing);
      else show("waiting", WORDS[told], told);
      soon(milliseconds);
    }

    function soon(milliseconds) {
      window.clearTimeout(timer);
      timer = window.setTimeout(outbox.run, milliseconds);
    }

    /** What an earlier Save found wrong is right now that everything is saved. */
    function clearErrors() {
      document.querySelector(".page > [data-error-summary]")?.remove();
      form.querySelectorAll(".field-error").forEach((words) => words.remove());
      form.querySelectorAll(".has-error").forEach((field) => field.classList.remove("has-error"));
      form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
      document.title = document.title.replace(/^Error: /, "");
    }

    function twoTexts(html) {
      const first = !conflict.firstElementChild;
      window.htmx.swap(conflict, html, { swapStyle: "innerHTML" });
      session.stamp(conflict);
      show("waiting", `Not saved yet – ${elsewhere} See above.`);
      if (!first) return;
      const notice = conflict.querySelector("[data-conflict]");
      notice.scrollIntoView({ block: "start" });
      notice.focus({ preventScroll: true });
    }

    function answered({ state, status, html }) {
      if (state !== "here") {
        const words = WORDS[status ? "busy" : state];
        show("waiting", words, state);
        if (told !== state) announce(words);
      } else if (status === 200 || status === 422) {
        window.htmx.swap("#save-status", html, { swapStyle: "outerHTML" });
        const words = document.getElementById("save-status").textContent.trim();
        if (status === 422 || told !== "here") announce(words);
        if (status === 200) {
          conflict.replaceChildren();
          clearErrors();
          if (outbox.read(url)) show("typing", WORDS.typing);
          else asSaved = fieldsOf(form);
        }
      } else if (status === 409) {
        twoTexts(html);
      } else {
        show("waiting", WORDS.gone);
        announce(WORDS.gone);
      }
      told = state;
    }

    document.addEventListener("outbox:answer", ({ detail }) => {
      if (detail.url === url) answered(detail);
    }, { signal });
    document.addEventListener("outbox:version", ({ detail }) => {
      if (detail.url === url) form.elements.version.value = detail.version;
    }, { signal });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") outbox.run();
    }, { signal });
    signal.addEventListener("abort", () => {
      window.clearTimeout(timer);
      known.set(url, fieldsOf(form));
    });

    form.addEventListener("input", () => changed(900));
    form.addEventListener("change", () => changed(200));

    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
      if ((event.target.closest("form") ?? form) !== form) return;
      event.preventDefault();
      form.requestSubmit(form.querySelector("[name=action][value=next]"));
    }, { signal });

    // Save, Save and go on: sent like everything else, so that no error page takes the words.
    form.addEventListener("submit", async (event) => {
      if (native) return;
      event.preventDefault();
      const button = event.submitter;
      window.clearTimeout(timer);
      keep("");
      if (told === "here") show("saving", "Saving…");
      if (button?.value === "next") {
        const refused = await moving.follow(form.dataset.next, { action: "next" });
        if (refused?.status === 422) submitAsItIs(button);
        return;
      }
      const answer = await outbox.flush(url, { action: "save" });
      if (answer?.status === 200) announce("Saved");
      const opens = button?.hasAttribute("formaction") && answer?.status === 200;
      if (opens || answer?.status === 422) submitAsItIs(button);
    });

    /** The server's own page shows what is wrong beside each field, and what else was asked. */
    function submitAsItIs(button) {
      native = true;
      form.requestSubmit(button);
    }

    conflict.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = fieldsOf(event.target);
      const named = new Set(chosen.map(([name]) => name));
      const rest = fieldsOf(form).filter(([name]) => !named.has(name));
      conflict.replaceChildren();
      fill(form, [...rest, ...chosen]);
      keep("");
      form.dispatchEvent(new Event("change", { bubbles: true })); // for what follows the level
      show("saving", "Saving…");
      outbox.run();
      form.querySelector("textarea").focus();
    });

    const waiting = outbox.read(url);
    if (document.querySelector(".page > [data-error-summary]")) {
      // What the server gave back with its errors is newer than what this tab kept.
      keep("refused");
    } else if (waiting) {
      fill(form, waiting.fields);
      show("waiting", WORDS.back);
      keep("");
      outbox.run();
    } else if (moving.isCopy() && known.has(url)) {
      fill(form, known.get(url));
    }
    asSaved = fieldsOf(form);
  };
})();
