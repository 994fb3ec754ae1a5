// Keeps a submission's page current while its run goes on. What is new is shown at once, unless
// something is playing: then a line offers it, so that nobody is interrupted.

export default function (page) {
  const said = document.querySelector("#progress-said");
  const offer = document.querySelector("#news");
  let known = page.querySelector("#progress")?.dataset.news;
  let summary = "";

  const show = () => {
    offer.hidden = true;
    window.location.reload();
  };
  offer.querySelector("button").addEventListener("click", show);

  // Words were masked that it was about to play.
  page.addEventListener("error", (event) => (offer.hidden &&= !event.target.matches("video")), true);

  page.addEventListener("htmx:afterSettle", (event) => {
    const progress = page.querySelector("#progress");
    if (!progress || event.target.id !== "progress") return; // other parts come anew by themselves
    if (progress.dataset.summary !== summary) {
      summary = progress.dataset.summary;
      said.textContent = summary;
    }
    if (progress.dataset.news === known && progress.dataset.settled === "no") return;
    known = progress.dataset.news;
    const busy =
      [...page.querySelectorAll("video")].some((video) => video.currentTime > 0) ||
      page.querySelector("details[open].menu, .labels-panel");
    if (busy) offer.hidden = false;
    else show();
  });
}
