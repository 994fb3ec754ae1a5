// Keys that work on every staff page: "/" goes to the search box, "?" shows the sheet.

import { typing } from "../lib/typing.js";

export default function (dialog) {
  document.addEventListener("keydown", (event) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      event.preventDefault();
      document.querySelector("#search-box")?.focus();
    }
    if (event.key === "?") {
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
    }
  });
  document.querySelectorAll("[data-opens-keys]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  });
}
