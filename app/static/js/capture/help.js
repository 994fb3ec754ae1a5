// "Talk to a person", on top of whatever is going on.

import { on, t } from "./page.js";

/** `draft()`: the draft, so that the person who calls knows what was said before. */
export function prepare(draft) {
  const dialog = document.getElementById("help-dialog");
  const form = dialog.querySelector("[data-help-form]");
  const place = dialog.querySelector("[data-help-line]");
  on("help", () => dialog.showModal());
  on("close-help", () => dialog.close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    place.textContent = "";
    const headers = { Accept: "application/json" };
    if (draft()?.opened) headers.Authorization = `Bearer ${draft().token}`;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
      const said = await answer.json();
      place.textContent = answer.ok ? t("asked") : said.error;
      form.hidden = answer.ok;
    } catch {
      place.textContent = t("offline");
    }
  });
}
