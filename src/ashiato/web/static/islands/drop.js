// A file that is dropped anywhere is sent to be examined. It stays here until it has arrived, whatever happens on the way. How far its rows
// have come is told meanwhile, when they are examined as when they are registered.
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

  // The lines that are whole already; the last one has a status, or the answer was cut off.
  const lines = (text) => text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const tell = (line) => {
    if (!line || !line.stage || !line.done) return;
    if (line.whole) bar.value = Math.min(line.done / line.whole, 1); else bar.removeAttribute("value");
    const of = line.whole ? zone.dataset.rowsOf : zone.dataset.rows;
    show(zone.dataset[line.stage] + " " + of.replace("{done}", number.format(line.done)).replace("{whole}", number.format(line.whole)), { sending: true });
  };
  const asked = (method, address, ended) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader("Accept", "application/x-ndjson");
    request.addEventListener("progress", () => { if (request.status === 200) tell(lines(request.responseText).pop()); });
    request.addEventListener("error", () => ended({ status: 0 }));
    request.addEventListener("load", () => {
      const last = request.status === 200 ? lines(request.responseText).pop() : request;
      ended(last && last.status ? last : { status: 0 });
    });
    return request;
  };

  const send = () => {
    const body = new FormData();
    body.append("file", file);
    const request = asked("POST", zone.dataset.address, ({ status, address }) => {
      if (address) location.assign(address);
      else if (status === 401) show(zone.dataset.loggedOut, { retry: true });
      else if (!status || status >= 500 || status === 429) show(zone.dataset.failed, { retry: true });
      else sendPlainly();
    });
    request.upload.addEventListener("progress", (event) => { bar.value = event.lengthComputable ? event.loaded / event.total : 0; });
    request.upload.addEventListener("load", () => { bar.removeAttribute("value"); show(zone.dataset.examining, { sending: true }); });
    bar.value = 0;
    show(zone.dataset.sending.replace("{name}", file.name), { sending: true });
    request.send(body);
  };

  // What a waiting file's form does is done while its rows are counted; then the form is sent as it would be without a script. It acts once,
  // and so only leads on now, or tells on a page of its own why it cannot.
  document.addEventListener("submit", (event) => {
    const deed = event.target.closest("form[data-counted]");
    if (!deed) return;
    event.preventDefault();
    for (const button of document.querySelectorAll("form[data-counted] button")) button.disabled = true;
    bar.removeAttribute("value");
    show(zone.dataset.examining, { sending: true });
    asked("POST", deed.action, () => deed.submit()).send(new URLSearchParams(new FormData(deed)));
  });

  // A large file that waits is read while its rows are counted; then what has come of it takes the place of the words that it is read.
  const waits = document.querySelector("a[data-waits]");
  if (waits) {
    bar.removeAttribute("value");
    show(zone.dataset.examining, { sending: true });
    asked("GET", waits.href, ({ page }) => {
      if (!page) { location.replace(waits.href); return; }
      const come = new DOMParser().parseFromString(page, "text/html"), main = come.querySelector("main"), head = main.querySelector("h1");
      document.title = come.title;
      document.querySelector("main").replaceWith(main);
      zone.hidden = bar.hidden = true;
      head.tabIndex = -1;
      head.focus();
    }).send();
  }

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
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });  // who comes back sees the file as it is now

  const form = document.querySelector("[data-drop-form]");
  form?.addEventListener("submit", (event) => {
    file = form.querySelector("input[type=file]").files[0] ?? null;
    if (!file) return;
    event.preventDefault();
    send();
  });
})();
