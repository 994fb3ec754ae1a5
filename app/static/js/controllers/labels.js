// Opens a passage's labels beneath its words, and keeps the focus where somebody is at work.

export default function (list) {
  const panelOf = (element) => element.closest?.(".labels-panel");

  list.addEventListener("click", (event) => {
    if (!event.target.closest("[data-closes-labels]")) return;
    const panel = panelOf(event.target);
    const id = panel.id.replace("labels-", "");
    const empty = document.createElement("div");
    empty.id = panel.id;
    empty.className = "labels";
    panel.replaceWith(empty);
    document.getElementById(`labels-open-${id}`)?.focus();
  });

  // A refusal says why in the panel itself.
  list.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (![409, 422].includes(xhr.status) || !xhr.responseText.includes("labels-panel")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  list.addEventListener("htmx:afterSettle", (event) => {
    const panel = event.target.matches?.(".labels-panel") ? event.target : panelOf(event.target);
    if (!panel) return;
    panel.querySelectorAll("[data-closes-labels]").forEach((button) => (button.hidden = false));
    panel.focus({ preventScroll: true });
  });
}
