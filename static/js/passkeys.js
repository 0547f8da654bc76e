// Passkeys: shown where the browser has them, handed to allauth's scripts, and a sentence where one
// did not work.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // Browsers tie a passkey to a name, never to a number: http://127.0.0.1 has none.
  const numbered = /^[\d.]+$|^\[/.test(location.hostname);
  const able = Boolean(window.PublicKeyCredential) && !numbered;
  document.querySelectorAll("[data-passkeys]").forEach((part) => { part.hidden = !able; });
  document.querySelectorAll("[data-no-passkeys]").forEach((part) => { part.hidden = able; });
  document.querySelectorAll("[data-passkey-step]").forEach((part) => {
    const { passkeyStep, passkeyOptions } = part.dataset;
    const button = "use-passkey";
    window.allauth.webauthn.forms[passkeyStep]({
      ids: {
        add: button,
        authenticate: button,
        login: button,
        credential: part.querySelector("[name=credential]").id,
        passwordless: "id_passwordless",
      },
      data: passkeyOptions && JSON.parse(passkeyOptions),
    });
  });
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
