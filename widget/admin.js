// What the pages of administrators do by script, and not without: a choice that is saved when it is made, a text that is copied.
import { Settings } from "./preview.js";
import { Reply } from "./replies.js";

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLElement && target.matches("[data-submits]")) /** @type {HTMLSelectElement} */ (target).form?.requestSubmit();
});

// One box for all of a name in its form.
for (const all of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("[data-checks]"))) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const one of /** @type {NodeListOf<HTMLInputElement>} */ (all.form?.querySelectorAll(`[name="${all.dataset.checks}"]`) ?? [])) one.checked = all.checked;
  });
}

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copies]"))) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies ?? "")?.textContent ?? "");
    const label = button.querySelector("span");
    if (label) label.textContent = button.dataset.done ?? "";
  });
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-settings]"))) new Settings(form);
for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-reply]"))) new Reply(form);
