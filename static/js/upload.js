// Several files at once: one request each, with progress, a result, and another try.
// Without this file the form is a plain multipart form.
"use strict";

(() => {
  const panel = () => document.getElementById("evidence-panel");
  const list = () => document.getElementById("uploads");
  const uploadForm = () => panel()?.querySelector("form[data-upload]");
  if (!panel() || !list()) return;
  const { announce } = window.accelerator;
  const OFFLINE = "It did not arrive. Check your connection, then try again.";
  const SIGNED_OUT = "You have been signed out. Sign in again in another tab, then try again.";
  const queue = [];
  let busy = false;

  function element(tag, className, words) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (words) made.textContent = words;
    return made;
  }

  function add(file) {
    const item = { file, row: element("li"), action: uploadForm().action };
    const top = element("div", "row-between");
    item.name = element("span", "upload-name", file.name);
    item.button = element("button", "text-link", "Cancel");
    item.button.type = "button";
    item.button.setAttribute("aria-label", `Cancel ${file.name}`);
    item.button.addEventListener("click", () => item.press());
    item.press = () => cancel(item);
    item.bar = element("progress");
    item.bar.max = 100;
    item.bar.value = 0;
    item.bar.setAttribute("aria-label", `Upload of ${file.name}`);
    item.words = element("span", "", "Waiting");
    top.append(item.name, item.button);
    item.row.append(top, item.bar, item.words);
    list().append(item.row);
    queue.push(item);
    next();
  }

  function next() {
    if (busy) return;
    const item = queue.shift();
    if (item) send(item);
  }

  function send(item) {
    const form = uploadForm();
    if (!form) return;
    busy = true;
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("kind", "file");
    body.append("files", item.file, item.file.name);
    const xhr = new XMLHttpRequest();
    item.xhr = xhr;
    xhr.open("POST", item.action);
    xhr.setRequestHeader("HX-Request", "true");
    xhr.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    xhr.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      item.bar.value = Math.round((100 * event.loaded) / event.total);
      item.words.textContent = event.loaded < event.total ? `${item.bar.value}%` : "Checking the file…";
    });
    xhr.addEventListener("load", () => finish(item, ...outcome(item, xhr)));
    xhr.addEventListener("error", () => finish(item, false, OFFLINE));
    xhr.addEventListener("abort", () => finish(item, false, "Cancelled"));
    item.words.textContent = "Starting…";
    xhr.send(body);
  }

  /** Whether the file was taken in, and the server's sentence about it. */
  function outcome(item, xhr) {
    if (xhr.status === 413) return [false, "This file is too large."];
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const uses = page.getElementById("evidence-uses");
    if (!uses) return [false, xhr.status >= 500 ? "Something went wrong here. Try again in a moment." : SIGNED_OUT];
    const result = page.querySelector("[data-result]");
    if (uploadForm()?.action === item.action) {
      document.getElementById("evidence-uses").replaceWith(document.adoptNode(uses));
      window.htmx.process(document.getElementById("evidence-uses"));
    }
    if (!result) return [xhr.status === 200, xhr.status === 200 ? "Added" : OFFLINE];
    return [result.dataset.result === "ok", result.querySelector("[data-message]").textContent.trim()];
  }

  function finish(item, ok, words) {
    busy = false;
    item.bar.hidden = true;
    item.words.textContent = words;
    item.words.className = ok ? "is-good" : "is-bad";
    announce(`${item.file.name}: ${words}`);
    if (ok) {
      item.button.remove();
    } else {
      item.button.textContent = "Try again";
      item.button.setAttribute("aria-label", `Try again: ${item.file.name}`);
      item.press = () => retry(item);
    }
    next();
  }

  function retry(item) {
    item.bar.hidden = false;
    item.bar.value = 0;
    item.words.className = "";
    item.words.textContent = "Waiting";
    item.button.textContent = "Cancel";
    item.button.setAttribute("aria-label", `Cancel: ${item.file.name}`);
    item.press = () => cancel(item);
    queue.push(item);
    next();
  }

  function cancel(item) {
    const place = queue.indexOf(item);
    if (place >= 0) {
      queue.splice(place, 1);
      item.row.remove();
      announce(`${item.file.name}: cancelled`);
    } else if (item.xhr) {
      item.xhr.abort();
    }
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-upload] input[type=file]")) return;
    const files = [...event.target.files];
    event.target.value = "";
    files.forEach(add);
  });

  const zone = (event) => event.target.closest?.("[data-upload] .drop");
  for (const type of ["dragenter", "dragover"]) {
    document.addEventListener(type, (event) => {
      const drop = zone(event);
      if (!drop) return;
      event.preventDefault();
      drop.classList.add("is-over");
    });
  }
  document.addEventListener("dragleave", (event) => zone(event)?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const drop = zone(event);
    if (!drop) return;
    event.preventDefault();
    drop.classList.remove("is-over");
    [...event.dataTransfer.files].forEach(add);
  });
  window.addEventListener("beforeunload", (event) => {
    if (busy || queue.length) event.preventDefault();
  });
})();
