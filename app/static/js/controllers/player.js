// The player of one answer: our controls, the keys, and the words that follow the voice.

import { follow } from "../lib/follow.js";
import { clock } from "../lib/clock.js";
import { typing } from "../lib/typing.js";

let active = null; // the player that the keys act on: the one used last, at first the first

export default function (answer) {
  const video = answer.querySelector("video");
  const controls = answer.querySelector(".player-controls");
  const range = controls.querySelector("input[type=range]");
  const time = controls.querySelector('[data-shows="time"]');
  const does = (name) => controls.querySelector(`[data-does="${name}"]`);
  const track = video.textTracks[0];
  const words = follow(answer, video);
  let until = null; // where a moment that is being played ends
  let frame = 0;

  video.controls = false;
  controls.hidden = false;
  if (track) track.mode = "hidden";

  const draw = () => {
    const length = Number(range.max) || video.duration || 1;
    range.value = video.currentTime;
    range.setAttribute("aria-valuetext", `${clock(video.currentTime)} of ${clock(length)}`);
    time.textContent = clock(video.currentTime);
    controls.style.setProperty("--played", Math.min(1, video.currentTime / length));
    words.show(video.currentTime);
    if (until !== null && video.currentTime >= until) {
      until = null;
      video.pause();
    }
  };
  const run = () => {
    draw();
    frame = video.paused ? 0 : requestAnimationFrame(run);
  };
  const seek = (seconds) => {
    until = null;
    video.currentTime = Math.max(0, Math.min(seconds, Number(range.max) || video.duration || 0));
    draw();
  };
  const toggle = () => (video.paused ? video.play().catch(() => {}) : video.pause());
  const captions = () => {
    if (!track) return;
    track.mode = track.mode === "showing" ? "hidden" : "showing";
    does("captions").setAttribute("aria-pressed", String(track.mode === "showing"));
  };
  const mute = () => (video.muted = !video.muted);

  video.addEventListener("play", () => {
    document.querySelectorAll("video").forEach((other) => other !== video && other.pause());
    active = keys;
    answer.dataset.moving = "";
    does("play").setAttribute("aria-label", "Pause");
    if (!frame) frame = requestAnimationFrame(run);
  });
  video.addEventListener("pause", () => {
    delete answer.dataset.moving;
    does("play").setAttribute("aria-label", "Play");
  });
  video.addEventListener("volumechange", () => {
    answer.toggleAttribute("data-mute", video.muted);
    does("mute").setAttribute("aria-pressed", String(video.muted));
  });
  video.addEventListener("seeked", draw);
  video.addEventListener("loadedmetadata", () => {
    if (!(Number(range.max) > 0) && Number.isFinite(video.duration)) range.max = video.duration;
  });
  video.addEventListener("click", toggle);
  range.addEventListener("input", () => seek(Number(range.value)));
  does("play").addEventListener("click", toggle);
  does("speed").addEventListener("change", (event) => (video.playbackRate = event.target.value));
  does("mute").addEventListener("click", mute);
  does("captions")?.addEventListener("click", captions);
  does("fullscreen")?.addEventListener("click", () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else answer.querySelector(".player").requestFullscreen?.();
  });
  answer.addEventListener("click", (event) => {
    const target = event.target.closest("[data-at]");
    if (!target || String(getSelection())) return;
    seek(Number(target.dataset.at));
    if (target.dataset.until) until = Number(target.dataset.until);
    if (target.matches("button")) video.play().catch(() => {});
    active = keys;
  });

  const keys = {
    " ": toggle,
    k: toggle,
    j: () => seek(video.currentTime - 10),
    l: () => seek(video.currentTime + 10),
    m: mute,
    c: captions,
  };
  if (!active) {
    active = keys;
    document.addEventListener("keydown", onKey);
  }

  // An address may name a moment: ?answer=…&t=12.3
  const asked = new URLSearchParams(location.search);
  if (asked.has("t") && [answer.dataset.answer, null].includes(asked.get("answer"))) {
    active = keys;
    const start = () => {
      seek(Number(asked.get("t")) || 0);
      if (document.activeElement === document.body) does("play").focus({ preventScroll: true });
    };
    if (video.readyState > 0) start();
    else video.addEventListener("loadedmetadata", start, { once: true });
  }
}

function onKey(event) {
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === " " && event.target.closest("button, a, summary, input")) return;
  const act = active[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
