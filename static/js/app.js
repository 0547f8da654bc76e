// What every page uses: another page in its place, announcements, the error summary, focus after
// a fragment, job states.
"use strict";

document.documentElement.classList.add("js");

let life = new AbortController();
const inits = [];

window.accelerator = {
  /** Run `init(signal)` now, and for each page that is shown in place of this one. The signal
   *  ends with its page: listeners outside <main> are given it. */
  onPage(init) {
    inits.push(init);
    init(life.signal);
  },

  /** Another page's <main> is in the document now: begin anew. */
  renew() {
    life.abort();
    life = new AbortController();
    inits.forEach((init) => init(life.signal));
  },

  /** [name, value] of what stands in a form: no token, no files, no buttons. */
  fieldsOf(form, without = []) {
    return [...new FormData(form)].filter(([name, value]) =>
      name !== "csrfmiddlewaretoken" && !without.includes(name) && typeof value === "string");
  },

  /** Put `fields`, as fieldsOf gives them, back into a form. */
  fill(form, fields) {
    for (const control of form.elements) {
      const values = fields.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.matches("[type=radio], [type=checkbox]")) control.checked = values.includes(control.value);
      else if (values.length && !control.matches("button, [type=file]")) control.value = values[0];
    }
  },

  /** Put the <main> of a page's HTML in the place of this page's, and begin anew. Returns it.
   *  `change(main)` comes before anybody sees it. */
  showPage(html, change = () => {}) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const main = document.adoptNode(page.querySelector("main"));
    change(main);
    document.querySelector("main").replaceWith(main);
    document.title = page.title;
    this.session.stamp(main);
    window.htmx.process(main);
    this.renew();
    window.scrollTo(0, 0);
    return main;
  },

  /** The link of a click that opens another page of this site in this tab; null for any other. */
  linkOf(event) {
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.origin !== window.location.origin) return null;
    if (event.defaultPrevented || event.button !== 0) return null;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
    return link.hash && link.pathname === window.location.pathname ? null : link;
  },

  /** A button that looks like a link. */
  textButton(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "text-link";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  },

  /** Say one sentence to screen readers, politely. */
  announce(words) {
    const region = document.getElementById("announce");
    if (!region) return;
    region.textContent = "";
    window.setTimeout(() => { region.textContent = words; }, 50);
  },

  /** The line under the header that says what did not happen, wherever on the page one is. */
  notice: document.querySelector("[data-panel-notice]"),

  /** Show a sentence in that line, and say it. */
  notify(words) {
    this.notice.hidden = false;
    this.notice.textContent = words;
    this.announce(words);
  },

  /** Focus the summary of what went wrong, if there is one under `root`. */
  focusSummary(root) {
    const summary = root.querySelector("[data-error-summary]");
    if (summary) summary.focus();
    return Boolean(summary);
  },
};

document.addEventListener("DOMContentLoaded", () => {
  window.accelerator.focusSummary(document);
});

// A summary's link goes to the field itself, with its label in view.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-error-summary] a[href^='#']");
  if (!link) return;
  const target = document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const holder = target.closest("details:not([open])");
  if (holder) holder.open = true;
  const control = target.matches("input, select, textarea")
    ? target
    : target.querySelector("input:not([type=hidden]), select, textarea") || target;
  const label = control.closest("fieldset")?.querySelector("legend") || control.labels?.[0];
  (label || control).scrollIntoView({ block: "start" });
  control.focus({ preventScroll: true });
});

document.addEventListener("htmx:afterSwap", (event) => {
  const landed = event.detail.elt;
  if (landed.id === "evidence-panel" || event.detail.target?.id === "evidence-panel") {
    const panel = document.getElementById("evidence-panel");
    const results = panel?.querySelector("[data-results]");
    if (panel && !window.accelerator.focusSummary(panel) && results) results.focus();
  }
  const job = document.getElementById("job-now");
  if (job && job.dataset.state !== job.ownerDocument.documentElement.dataset.jobState) {
    document.documentElement.dataset.jobState = job.dataset.state;
    window.accelerator.announce(job.dataset.words);
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
