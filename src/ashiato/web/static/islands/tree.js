/* Moves through a tree of <details> with the arrow keys: up and down over what is shown, right opens, left closes or goes to the parent. */
"use strict";
(() => {
  const shown = (tree) => [...tree.querySelectorAll("summary, .leaf a")].filter((each) => each.checkVisibility());

  function moved(event, tree) {
    const here = event.target.closest("summary, .leaf a");
    if (!here) return;
    const steps = shown(tree);
    const details = here.matches("summary") ? here.parentElement : null;
    const parent = (details || here).parentElement.closest("details");
    let next = null;
    if (event.key === "ArrowDown") next = steps[steps.indexOf(here) + 1];
    else if (event.key === "ArrowUp") next = steps[steps.indexOf(here) - 1];
    else if (event.key === "ArrowRight" && details && !details.open) details.open = true;
    else if (event.key === "ArrowLeft" && details && details.open) details.open = false;
    else if (event.key === "ArrowLeft" && parent) next = parent.querySelector("summary");
    else return;
    event.preventDefault();
    if (next) next.focus();
  }

  for (const tree of document.querySelectorAll('[data-island="tree"]')) tree.addEventListener("keydown", (event) => moved(event, tree));
})();
