// A card plays its moment: muted with captions while it is pointed at or focused, with sound in
// place when its button is pressed. One card at a time; its <video> is made when it is needed.

const PAUSE_BEFORE_PREVIEW_MS = 200;
const still = matchMedia("(prefers-reduced-motion: reduce)");
let current = null;

export default function (card) {
  const picture = card.querySelector(".moment-picture");
  const button = card.querySelector(".moment-play");
  const [start, end] = [Number(card.dataset.start), Number(card.dataset.end)];
  let video = null;
  let timer = 0;

  const stop = () => {
    clearTimeout(timer);
    if (current === stop) current = null;
    if (!video) return;
    video.pause();
    video.removeAttribute("src");
    video.load();
    video.remove();
    video = null;
    delete card.dataset.sound;
    card.style.removeProperty("--played");
  };

  const tick = () => {
    if (!video) return;
    card.style.setProperty("--played", Math.min(1, (video.currentTime - start) / (end - start)));
    if (video.currentTime < end && !video.ended) return;
    if (!("sound" in card.dataset)) {
      video.currentTime = start;
      video.play().catch(stop);
    } else {
      stop();
    }
  };

  const begin = (muted) => {
    clearTimeout(timer);
    if (current && current !== stop) current();
    current = stop;
    if (!video) {
      video = document.createElement("video");
      video.preload = "none";
      video.playsInline = true;
      video.disableRemotePlayback = true;
      video.tabIndex = -1;
      const track = document.createElement("track");
      Object.assign(track, { kind: "captions", label: "Captions", src: card.dataset.captions });
      track.default = true;
      video.append(track);
      video.src = `${card.dataset.media}#t=${start},${end}`;
      video.addEventListener("timeupdate", tick);
      video.addEventListener("ended", tick);
      picture.append(video);
    }
    video.muted = muted;
    if (!muted) {
      card.dataset.sound = "";
      video.currentTime = start;
    }
    // Refused, or taken away before it began: the poster stays.
    video.play().catch(() => {});
  };

  const preview = () => {
    clearTimeout(timer);
    if (still.matches || navigator.connection?.saveData || video) return;
    timer = setTimeout(() => begin(true), PAUSE_BEFORE_PREVIEW_MS);
  };
  const leave = () => {
    clearTimeout(timer);
    if (video && !("sound" in card.dataset)) stop();
  };

  card.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && preview());
  card.addEventListener("pointerleave", () => !card.contains(document.activeElement) && leave());
  card.addEventListener("focusin", (event) => event.target.matches(":focus-visible") && preview());
  card.addEventListener("focusout", (event) => !card.contains(event.relatedTarget) && leave());
  card.addEventListener("keydown", (event) => event.key === "Escape" && stop());
  button.addEventListener("click", () => ("sound" in card.dataset ? stop() : begin(false)));
  button.hidden = false;
}
