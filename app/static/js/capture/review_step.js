// A finished recording, looked at before it is used, or made again.

import { clock, find, on, t } from "./page.js";
import { current, onLeave, show } from "./steps.js";

const video = find("[data-review-video]");
const audio = find("[data-review-audio]");
let flow;
let reviewed = null;
let shownUrl = "";

/** `flow`: blobOf(take), accept(take), forget(take). */
export function prepare(given) {
  flow = given;
  onLeave("review", stopPlaying);
  on("again", again);
  on("use", () => flow.accept(reviewed));
}

/** Shows a finished take, also one found again after a reload. */
export async function review(finished) {
  reviewed = finished;
  shownUrl = URL.createObjectURL(await flow.blobOf(finished));
  const isVideo = finished.kind === "video";
  video.hidden = !isVideo;
  audio.hidden = isVideo;
  const player = isVideo ? video : audio;
  player.src = shownUrl;
  giveDuration(player);
  const time = clock(finished.ms / 1000);
  find("[data-review-facts]").textContent = t("answer_recorded", { time });
  show("review", { replace: current() === "record" });
}

/** A recorder's WebM says no length until it has been played to its end once. */
function giveDuration(player) {
  player.onloadedmetadata = () => {
    player.onloadedmetadata = null;
    if (player.duration !== Infinity) return;
    player.ontimeupdate = () => {
      player.ontimeupdate = null;
      player.currentTime = 0;
    };
    player.currentTime = 1e7;
  };
}

async function again() {
  const old = reviewed;
  reviewed = null;
  show("record", { replace: true });
  if (old) await flow.forget(old);
}

function stopPlaying() {
  for (const player of [video, audio]) {
    player.pause();
    player.removeAttribute("src");
    player.load();
  }
  URL.revokeObjectURL(shownUrl);
}
