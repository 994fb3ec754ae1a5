// Marks the masked words in the transcript, and takes what is selected there as words to mask.

export default function (details) {
  const answer = details.closest(".answer");
  const box = answer.querySelector(".segments");
  const field = details.querySelector("input[name=words]");
  for (const row of details.querySelectorAll('[data-hidden="yes"]')) {
    const [from, to] = [Number(row.dataset.from), Number(row.dataset.to)];
    if (to <= from) continue;
    for (const word of box.querySelectorAll(".word[data-at]")) {
      const middle = (Number(word.dataset.at) + Number(word.dataset.to)) / 2;
      if (middle >= from && middle <= to) {
        word.classList.add("personal-word");
        word.title = "Personal data: masked for everyone but owners and analysts";
      }
    }
  }
  if (location.hash === `#${details.id}`) details.open = true;
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    if (!details.open || !chosen.rangeCount || !box.contains(chosen.anchorNode)) return;
    const words = String(chosen).replace(/\s+/g, " ").trim();
    if (words && words.length <= 200) field.value = words;
  });
}
