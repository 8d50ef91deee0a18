// Search from everywhere: "/" or Ctrl/Cmd+K opens it, arrows choose, Enter opens, Esc closes. Without this file its link leads to the same page.
(() => {
  "use strict";
  const dialog = document.querySelector("dialog[data-island=palette]"), link = document.querySelector("a[data-opens=palette]");
  if (!dialog || !link) return;
  const input = dialog.querySelector("input"), found = dialog.querySelector("[aria-live]");
  const hits = () => [...found.querySelectorAll("a")];
  const open = () => { if (!dialog.open) dialog.showModal(); input.focus(); input.select(); if (found.dataset.text === undefined) ask(""); };
  const writing = (target) => target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);

  document.addEventListener("keydown", (event) => {
    const command = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
    if (!command && !(event.key === "/" && !event.ctrlKey && !event.metaKey && !writing(event.target))) return;
    event.preventDefault();
    open();
  });
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    const all = hits(), at = all.indexOf(document.activeElement);
    if (event.isComposing || all.length === 0) return;
    if (event.key === "ArrowDown") (all[at + 1] ?? all[0]).focus();
    else if (event.key === "ArrowUp") (at > 0 ? all[at - 1] : input).focus();
    else if (event.key === "Enter" && at < 0 && input.value.trim() === found.dataset.text) all[0].click();
    else return;
    event.preventDefault();
  });

  let asked = 0;
  const ask = async (text) => {
    const mine = ++asked;
    const answer = await fetch(`${dialog.dataset.found}?q=${encodeURIComponent(text)}`, { headers: { Accept: "text/html" } });
    if (mine !== asked || !answer.ok || answer.redirected) return;
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    found.replaceChildren(...told.body.childNodes);
    found.dataset.text = text;
  };
  let waiting = 0;
  input.addEventListener("input", (event) => {
    clearTimeout(waiting);
    if (!event.isComposing) waiting = setTimeout(() => ask(input.value.trim()), 120);
  });
  input.addEventListener("compositionend", () => { clearTimeout(waiting); waiting = setTimeout(() => ask(input.value.trim()), 120); });
})();
