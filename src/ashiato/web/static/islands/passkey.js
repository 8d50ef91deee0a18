// Passkeys: a form with data-passkey="create" or "get" and the browser's options in data-options. Its button asks the authenticator,
// the answer goes into the hidden field `credential`, and the form is sent. Without script or passkeys the button stays hidden.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const spelled = (made) => {
    const said = made.response;
    const response = { clientDataJSON: text(said.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (said[name]) response[name] = text(said[name]);
    return { id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: made.getClientExtensionResults() };
  };
  const wanted = (options) => {
    const known = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));
    const found = { ...options, challenge: bytes(options.challenge) };
    if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) found.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) found.allowCredentials = known(options.allowCredentials);
    return found;
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button[data-ask]");
    if (!window.PublicKeyCredential || !button) continue;
    form.hidden = false;
    button.addEventListener("click", async () => {
      if (!form.reportValidity()) return;
      const failed = form.querySelector("[data-failed]");
      try {
        const publicKey = wanted(JSON.parse(form.dataset.options));
        const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.credential.value = JSON.stringify(spelled(made));
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
