// Correcting words beside the player: keys while writing, saving in place, and nothing typed is lost.

const LOST = "That could not be saved. Your words are still here; try again in a moment.";

export default function (box) {
  const video = box.closest(".answer").querySelector("video");
  const live = box.querySelector("[data-live]");
  const passageOf = (node) => node.closest(".passage");
  const areas = () => [...box.querySelectorAll("textarea")];
  const changed = (area) => area.value.trim() !== area.nextElementSibling.value.trim();
  const press = (name) => box.querySelector(`button[name="do"][value="${name}"]`)?.click();

  const fit = (area) => {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  };
  const dress = () => {
    areas().forEach((area) => {
      area.toggleAttribute("data-changed", changed(area));
      fit(area);
    });
    box.querySelectorAll("[data-splits]").forEach((button) => (button.hidden = false));
  };
  const seek = (seconds) => (video.currentTime = Math.max(0, seconds));
  const own = (area, name) => press(`${name}:${area.name.replace("text-", "")}`);

  const keys = {
    KeyK: () => video && (video.paused ? video.play().catch(() => {}) : video.pause()),
    KeyJ: () => video && seek(video.currentTime - 10),
    KeyL: () => video && seek(video.currentTime + 10),
    KeyP: (area) => passageOf(area).querySelector(".segment-time").click(),
    KeyM: (area) => own(area, "merge"),
    KeyU: (area) => {
      own(area, "unclear");
      own(area, "clear");
    },
  };

  box.addEventListener("keydown", (event) => {
    const area = event.target.closest("textarea");
    if (!area || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      press("save");
    } else if (event.altKey && !event.ctrlKey && keys[event.code]) {
      event.preventDefault();
      keys[event.code](area);
    }
  });
  box.addEventListener("input", (event) => {
    const area = event.target.closest("textarea");
    if (!area) return;
    area.toggleAttribute("data-changed", changed(area));
    fit(area);
  });
  box.addEventListener("click", (event) => {
    if (!event.target.closest("[data-splits]")) return;
    const area = passageOf(event.target).querySelector("textarea");
    area.setRangeText("\n", area.selectionStart, area.selectionEnd, "end");
    press("save");
  });

  // While it is on its way nothing more is typed into what will be replaced.
  let place = ""; // where somebody was, should what they pressed be gone afterwards
  box.addEventListener("htmx:beforeRequest", () => {
    areas().forEach((area) => (area.readOnly = true));
    const there = document.activeElement;
    place = passageOf(there)?.querySelector("textarea").id ?? (there.id || place);
  });
  box.addEventListener("htmx:afterRequest", () => areas().forEach((a) => (a.readOnly = false)));
  box.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    const ours = xhr.responseText.includes('id="words-editor"');
    event.detail.shouldSwap = ours;
    if (ours) event.detail.isError = false;
    else said(LOST);
  });
  box.addEventListener("htmx:sendError", () => said(LOST));
  box.addEventListener("htmx:afterSettle", () => {
    dress();
    live.textContent = box.querySelector("#words-said").textContent;
    if (document.activeElement !== document.body) return;
    const again = place && box.querySelector(`#${place}:enabled`);
    (again || areas().at(-1) || box.querySelector("#words-save")).focus({ preventScroll: true });
  });

  function said(sentence) {
    live.textContent = box.querySelector("#words-said").textContent = sentence;
  }

  let leaving = false;
  box.addEventListener("submit", () => (leaving = true));
  box.addEventListener("htmx:beforeRequest", () => (leaving = false));
  addEventListener("beforeunload", (event) => {
    if (!leaving && areas().some(changed)) event.preventDefault();
  });

  video?.addEventListener("timeupdate", () => {
    box.querySelectorAll(".passage").forEach((passage) => {
      const [start, end] = [Number(passage.dataset.start), Number(passage.dataset.end)];
      passage.classList.toggle("now", start <= video.currentTime && video.currentTime < end);
    });
  });
  dress();
}
