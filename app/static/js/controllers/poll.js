// Fetches a part of the page anew while something in it is unfinished.
//   data-poll="/address of the part"   data-every="2000" (ms)
// The part says that it goes on by holding an element with data-unfinished.
export default function (element) {
  const every = Number(element.dataset.every) || 2000;

  async function look() {
    if (!element.isConnected || !element.querySelector("[data-unfinished]")) return;
    if (!document.hidden) {
      try {
        const response = await fetch(element.dataset.poll, { headers: { Accept: "text/html" } });
        if (!response.ok) return location.reload();
        element.innerHTML = await response.text();
        element.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
      } catch {
        // The server or the network is away: look again at the next turn.
      }
    }
    setTimeout(look, every);
  }
  setTimeout(look, every);
}
