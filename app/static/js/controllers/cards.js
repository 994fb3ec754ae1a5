// j and k walk over the cards; Enter follows the quote, which is a link.

import { typing } from "../lib/typing.js";

export default function (board) {
  document.addEventListener("keydown", (event) => {
    if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const quotes = [...board.querySelectorAll(".moment a.quote")];
    const here = quotes.findIndex((quote) => quote.closest(".moment").contains(event.target));
    const next = quotes[here < 0 ? 0 : here + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.closest(".moment").scrollIntoView({ block: "nearest" });
  });
}
