// Frames the masked words in the transcript, and takes what is selected there as words to mask.

const WHY = "Personal data: masked for everyone but owners and analysts";

export default function (details) {
  const answer = details.closest(".answer");
  const box = answer.querySelector(".segments");
  const field = details.querySelector("input[name=words]");
  for (const row of details.querySelectorAll('[data-hidden="yes"]')) {
    const passage = document.getElementById(`passage-${row.dataset.passage}`);
    if (!passage) continue;
    for (const word of wordsOf(passage, Number(row.dataset.first), Number(row.dataset.last))) {
      word.classList.add("personal-word");
      word.title = WHY;
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

// Words `first`..`last` of the passage as the server counts them: what stands between spaces. Where
// they have no times of their own the passage is one piece, which is taken apart here; where words
// are written without spaces all of them are meant.
function wordsOf(passage, first, last) {
  const text = passage.querySelector(".segment-text");
  const timed = [...text.querySelectorAll(".word")];
  const said = text.textContent.trim().split(/\s+/);
  if (timed.length === said.length) return timed.slice(first, last + 1);
  if (timed.length !== 1) return timed;
  const parts = [...timed[0].querySelectorAll("span")];
  if (parts.length) return parts.slice(first, last + 1);
  const made = said.map((word) => Object.assign(document.createElement("span"), { textContent: word }));
  timed[0].replaceChildren(...made.flatMap((word, at) => (at ? [" ", word] : [word])));
  return made.slice(first, last + 1);
}
