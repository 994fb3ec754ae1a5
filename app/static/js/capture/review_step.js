// A finished recording, looked at before it is used, or made again.

import { clock, data, find, on, t } from "./page.js";
import { canGoOn } from "./recorder.js";
import { current, onLeave, show } from "./steps.js";

const video = find("[data-review-video]");
const audio = find("[data-review-audio]");
let flow;
let reviewed = null;
let shownUrl = "";

/** `flow`: wholeOf(take), accept(take), goOn(take), forget(take). */
export function prepare(given) {
  flow = given;
  onLeave("review", stopPlaying);
  on("again", again);
  on("use", () => flow.accept(reviewed));
  on("go-on-recording", () => flow.goOn(reviewed));
}

/** Shows a finished take, also one found again after a reload. */
export async function review(finished) {
  reviewed = finished;
  shownUrl = URL.createObjectURL(await flow.wholeOf(finished));
  const isVideo = finished.kind === "video";
  video.hidden = !isVideo;
  audio.hidden = isVideo;
  const player = isVideo ? video : audio;
  player.src = shownUrl;
  giveDuration(player);
  const time = clock(finished.ms / 1000);
  const cut = finished.state === "recording"; // the page went away meanwhile
  find("[data-review-facts]").textContent = t(cut ? "interrupted" : "answer_recorded", { time });
  find('[data-do="go-on-recording"]').hidden = !canGoOn(finished, data.maxSeconds * 1000);
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
