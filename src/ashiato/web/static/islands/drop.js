// A file that is dropped anywhere is sent to be examined. It stays here until it has arrived, whatever happens on the way.
(() => {
  "use strict";
  const zone = document.querySelector("[data-island=drop]");
  if (!zone) return;
  const words = zone.querySelector("p"), bar = zone.querySelector("progress"), again = zone.querySelector("button");
  let file = null, inside = 0;

  const show = (told, { sending = false, retry = false } = {}) => {
    zone.hidden = false;
    words.textContent = told;
    bar.hidden = !sending;
    again.hidden = !retry;
  };
  const carries = (event) => Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");

  // What is refused is told by the page itself, in the reader's language: the form is sent once more, as it would be without a script.
  const sendPlainly = () => {
    const form = document.createElement("form"), input = document.createElement("input"), held = new DataTransfer();
    held.items.add(file);
    Object.assign(form, { method: "post", action: zone.dataset.address, enctype: "multipart/form-data", hidden: true });
    Object.assign(input, { type: "file", name: "file", files: held.files });
    form.append(input);
    document.body.append(form);
    form.submit();
  };

  const send = () => {
    const request = new XMLHttpRequest(), body = new FormData();
    body.append("file", file);
    request.open("POST", zone.dataset.address);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => { bar.value = event.lengthComputable ? event.loaded / event.total : 0; });
    request.upload.addEventListener("load", () => { bar.removeAttribute("value"); show(zone.dataset.examining, { sending: true }); });
    request.addEventListener("error", () => show(zone.dataset.failed, { retry: true }));
    request.addEventListener("load", () => {
      if (request.status === 200) location.assign(JSON.parse(request.responseText).address);
      else if (request.status === 401) show(zone.dataset.loggedOut, { retry: true });
      else if (request.status >= 500 || request.status === 429) show(zone.dataset.failed, { retry: true });
      else sendPlainly();
    });
    bar.value = 0;
    show(zone.dataset.sending.replace("{name}", file.name), { sending: true });
    request.send(body);
  };

  addEventListener("dragenter", (event) => { if (carries(event)) { inside += 1; show(zone.dataset.here); } });
  addEventListener("dragleave", (event) => { if (carries(event) && (inside -= 1) <= 0) { inside = 0; zone.hidden = true; } });
  addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!carries(event) || event.target.closest?.("[data-own-drop]")) return;
    event.preventDefault();
    inside = 0;
    file = event.dataTransfer.files[0] ?? null;
    if (file) send(); else zone.hidden = true;
  });
  again.addEventListener("click", send);

  const form = document.querySelector("[data-drop-form]");
  form?.addEventListener("submit", (event) => {
    file = form.querySelector("input[type=file]").files[0] ?? null;
    if (!file) return;
    event.preventDefault();
    send();
  });
})();
