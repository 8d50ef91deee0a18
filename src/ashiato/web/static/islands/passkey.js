// Passkeys: a form with data-passkey="create" or "get" and the browser's options in data-options. Its button asks the authenticator,
// the answer goes into the hidden field `credential`, and the form is sent. Without script or passkeys the form stays hidden, and what
// stands in its place ([data-without]) is shown. Where nothing was given, [data-failed] says which way: `cancelled` covers what browsers
// do not tell apart (a person who said no, a clock that ran out, an authenticator that has none); `failed` is a mistake of this page.
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
  const CAUSES = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known", SecurityError: "elsewhere" };
  const say = (form, cause) => {
    for (const words of form.querySelectorAll("[data-failed]")) words.hidden = words.dataset.failed !== cause;
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button[data-ask]");
    if (!window.PublicKeyCredential || !button) continue;
    form.hidden = false;
    for (const words of document.querySelectorAll("[data-without]")) words.hidden = true;
    button.addEventListener("click", async () => {
      if (!form.reportValidity()) return;
      say(form, null);
      button.disabled = true;
      try {
        const publicKey = wanted(JSON.parse(form.dataset.options));
        const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
        form.elements.credential.value = JSON.stringify(spelled(made));
        form.submit();
      } catch (error) {
        const cause = CAUSES[error.name] || "failed";
        if (cause === "failed") console.error(error);
        say(form, cause);
      } finally {
        button.disabled = false;
      }
    });
  }
})();
