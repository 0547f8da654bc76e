// Passkeys: shown where the browser has them, and a sentence where one did not work.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // Browsers tie a passkey to a name, never to a number: http://127.0.0.1 has none.
  const numbered = /^[\d.]+$|^\[/.test(location.hostname);
  const able = Boolean(window.PublicKeyCredential) && !numbered;
  document.querySelectorAll("[data-passkeys]").forEach((part) => { part.hidden = !able; });
  document.querySelectorAll("[data-no-passkeys]").forEach((part) => { part.hidden = able; });
});

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const part = document.querySelector("[data-passkeys]");
  let line = document.getElementById("passkey-error");
  if (!line) {
    line = document.createElement("p");
    line.id = "passkey-error";
    line.className = "field-error";
    line.setAttribute("role", "alert");
    part.append(line);
  }
  line.textContent = "That did not work, or was stopped. Nothing has changed; you can try again.";
});
