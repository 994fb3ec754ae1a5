// Marks the word that is being said and keeps it in view, unless somebody is reading elsewhere.

// Only where the player stays beside the words; below it, scrolling would take the picture away.
const beside = matchMedia("(min-width: 60em)");

export function follow(answer, video) {
  const box = answer.querySelector("[data-words]");
  const words = box ? [...box.querySelectorAll(".word[data-at]")] : [];
  const starts = words.map((word) => Number(word.dataset.at));
  const ends = words.map((word) => Number(word.dataset.to));
  let now = null;
  let reading = false;
  box?.addEventListener("pointerenter", () => (reading = true));
  box?.addEventListener("pointerleave", () => (reading = false));

  function at(seconds) {
    let [low, high] = [0, words.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= seconds) low = middle + 1;
      else high = middle - 1;
    }
    return high >= 0 && seconds <= ends[high] + 0.3 ? words[high] : null;
  }

  function show(seconds) {
    const word = at(seconds);
    if (word === now) return;
    now?.classList.remove("now");
    now?.closest(".segment")?.classList.remove("now");
    word?.classList.add("now");
    word?.closest(".segment")?.classList.add("now");
    now = word;
    if (word && !reading && !video.paused && beside.matches) {
      const seen = word.getBoundingClientRect();
      if (seen.top < 0 || seen.bottom > innerHeight - 40) {
        scrollTo({ top: scrollY + seen.top - innerHeight / 3, behavior: "smooth" });
      }
    }
  }

  return { show };
}
