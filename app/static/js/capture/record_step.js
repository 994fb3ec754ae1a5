// The recording screen: preview, level, countdown, record, pause, stop.

import { newToken } from "./ask.js";
import * as devices from "./devices.js";
import { Meter } from "./meter.js";
import { announce, clock, data, find, line, on, t } from "./page.js";
import { Take } from "./recorder.js";
import { review } from "./review_step.js";
import { current, onEnter, onLeave } from "./steps.js";

const QUIET_MS = 5000;
const HEARD = 35; // of 100 on the meter

let flow;
let stream = null;
let meter = null;
let take = null;
let ticking = 0;
let countingDown = 0;
let chosen = { cameraId: "", microphoneId: "" };

/**
 * `flow`: mode() ("camera" or "voice"), position(), maySkip(), interrupted() (a take to go on
 * with, or null), began(take) gives what keeps its chunks, ended(take), trouble(kind).
 */
export function prepare(given) {
  flow = given;
  onEnter("record", enter);
  onLeave("record", leave);
  on("record", countDown);
  on("cancel", () => (clearInterval(countingDown), controls("ready")));
  on("pause", pauseOrGoOn);
  on("stop", stop);
  document.getElementById("camera").addEventListener("change", switchDevices);
  document.getElementById("microphone").addEventListener("change", switchDevices);
  window.addEventListener("beforeunload", (event) => {
    if (take && take.state !== "inactive") event.preventDefault();
  });
}

export const isRecording = () => Boolean(take && take.state !== "inactive");

async function enter() {
  controls("ready");
  await start();
}

/** Opens camera and microphone, or says why not. */
export async function start() {
  const hindrance = devices.hindrance();
  if (hindrance) return flow.trouble(hindrance);
  closeDevices();
  const camera = flow.mode() === "camera";
  find('[data-do="record"]').disabled = true;
  try {
    const opened = await devices.open({ camera, ...chosen });
    if (current() !== "record") return devices.close(opened); // gone on meanwhile
    stream = opened;
  } catch (error) {
    return flow.trouble(error.kind ?? "broken");
  }
  find('[data-do="record"]').disabled = false;
  showStream(camera);
  listen();
  await fillChoices(camera);
}

function showStream(camera) {
  const preview = find("[data-preview]");
  preview.hidden = !camera;
  find("[data-voice]").hidden = camera;
  find("[data-camera-field]").hidden = !camera;
  if (camera) {
    preview.srcObject = stream;
    preview.play().catch(() => {});
  }
  for (const track of stream.getTracks()) {
    track.addEventListener("ended", () => {
      line(t("lost_device"));
      if (isRecording()) stop();
    });
  }
}

function listen() {
  const since = performance.now();
  let heard = false;
  let told = 0;
  meter = new Meter(stream, (level) => {
    find("[data-level-now]").setAttribute("width", level.toFixed(1));
    const now = performance.now();
    if (now - told > 500) {
      told = now;
      find("[data-level]").setAttribute("aria-valuenow", Math.round(level));
      heard ||= level > HEARD;
      const words = heard ? t("sound") : now - since > QUIET_MS ? t("no_sound") : "";
      const place = find("[data-sound-line]");
      if (place.textContent !== words) place.textContent = words;
    }
  });
}

async function fillChoices(camera) {
  const { cameras, microphones } = await devices.list();
  const using = (kind) => stream?.getTracks().find((track) => track.kind === kind)?.getSettings().deviceId;
  fill(document.getElementById("microphone"), microphones, "microphone_number", using("audio"));
  if (camera) fill(document.getElementById("camera"), cameras, "camera_number", using("video"));
}

function fill(select, list, key, chosenId) {
  select.replaceChildren(
    ...list.map((device, i) => {
      const selected = device.deviceId === chosenId;
      return new Option(device.label || t(key, { n: i + 1 }), device.deviceId, selected, selected);
    }),
  );
}

function switchDevices() {
  chosen = {
    cameraId: document.getElementById("camera").value,
    microphoneId: document.getElementById("microphone").value,
  };
  start();
}

function countDown() {
  let left = 3;
  controls("counting");
  const place = find("[data-countdown]");
  const say = () => {
    place.textContent = left;
    announce(t("starting", { n: left }));
  };
  say();
  countingDown = setInterval(() => {
    left -= 1;
    if (left > 0) return say();
    clearInterval(countingDown);
    record();
  }, 1000);
}

async function record() {
  const camera = flow.mode() === "camera";
  const said = flow.interrupted() ?? {
    id: newToken(),
    code: data.code,
    position: flow.position(),
    kind: camera ? "video" : "audio",
    mime: devices.mimeFor(camera),
  };
  let keep;
  try {
    take = new Take(stream, said, {
      maxMs: data.maxSeconds * 1000,
      keep: (chunk) => keep(chunk),
      onTrouble: () => {
        line(t("not_gone_on"));
        stop(); // which waits for what is kept, as whoever tells of trouble does: not for each other
      },
    });
    keep = await flow.began(take.take);
    take.start();
  } catch (error) {
    take = null;
    return flow.trouble(error.name === "NotSupportedError" ? "unable" : "broken");
  }
  controls("recording");
  announce(t("recording"));
  ticking = setInterval(tick, 200);
}

function tick() {
  showLeft();
  if (take.left <= 0) {
    announce(t("time_up"));
    stop();
  }
}

function showLeft() {
  const share = 100 * (1 - take.left / (data.maxSeconds * 1000));
  find(".ring-left").setAttribute("stroke-dashoffset", share.toFixed(2));
  const left = clock(take.left / 1000);
  const place = find("[data-left]");
  if (place.textContent !== left) {
    place.textContent = left;
    if (left === "0:30" || left === "0:10") announce(t("seconds_left", { time: left }));
  }
}

function pauseOrGoOn() {
  if (take.state === "recording") {
    take.pause();
    showLeft(); // what is left when "Paused" appears, and no tick later
    controls("paused");
  } else {
    take.resume();
    controls("recording");
  }
  announce(t(take.state === "paused" ? "paused" : "recording"));
}

let stopping = null;

async function stop() {
  stopping ??= finish();
  await stopping;
  stopping = null;
}

async function finish() {
  clearInterval(ticking);
  const finished = await take.stop();
  await flow.ended(finished);
  take = null;
  closeDevices();
  await review(finished);
}

/** Leaving stops everything; a recording under way is kept and can be looked at. */
function leave() {
  clearInterval(countingDown);
  clearInterval(ticking);
  if (isRecording()) {
    stop();
    return false;
  }
  closeDevices();
  return true;
}

export function closeDevices() {
  meter?.stop();
  meter = null;
  devices.close(stream);
  stream = null;
  find("[data-preview]").srcObject = null;
}

/** Which buttons there are: ready, counting, recording, paused. */
function controls(state) {
  find("[data-stage]").dataset.stage = state;
  const active = state === "recording" || state === "paused";
  const visible = {
    record: state === "ready",
    cancel: state === "counting",
    pause: active,
    stop: active,
    skip: state === "ready" && flow.maySkip(),
    "other-way": state === "ready",
  };
  const focused = document.activeElement?.closest?.(".controls");
  for (const [name, yes] of Object.entries(visible)) find(`.controls [data-do="${name}"]`).hidden = !yes;
  find("[data-countdown]").hidden = state !== "counting";
  find("[data-ring]").hidden = !active;
  find("[data-on-air]").hidden = !active;
  find("[data-on-air-text]").textContent = active ? t(state) : "";
  find("[data-pause-text]").textContent = t(state === "paused" ? "resume" : "pause");
  find("[data-devices]").hidden = state !== "ready";
  if (state === "ready") {
    const before = flow.interrupted();
    const words = t(before ? "go_on_recording" : "start_recording");
    find('[data-do="record"] [data-record-text]').textContent = words;
    find(".ring-left").setAttribute("stroke-dashoffset", "0");
    find("[data-left]").textContent = clock(data.maxSeconds - (before?.ms ?? 0) / 1000);
  }
  // The button just used may be gone: the focus goes to what takes its place.
  if (focused) find(".controls button:not([hidden])")?.focus();
}
