// Camera and microphone: asking for them, naming them, and saying plainly why it did not work.

/** Why this browser can't record at all ("insecure", "unable"), or null. */
export function hindrance() {
  if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) {
    return window.isSecureContext ? "unable" : "insecure";
  }
  return window.MediaRecorder ? null : "unable";
}

export class Trouble extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind; // a key of the page's texts
  }
}

const KINDS = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  NotReadableError: "busy",
  OverconstrainedError: "unfit",
  AbortError: "broken",
};

/** A stream of about 720p with sound, or sound only. Throws Trouble. */
export async function open({ camera, cameraId, microphoneId }) {
  const video = {
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30, max: 30 },
    ...(cameraId ? { deviceId: { exact: cameraId } } : { facingMode: "user" }),
  };
  const audio = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(microphoneId ? { deviceId: { exact: microphoneId } } : {}),
  };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: camera ? video : false, audio });
  } catch (error) {
    throw new Trouble(await kindOf(error, camera));
  }
}

async function kindOf(error, camera) {
  const kind = KINDS[error.name] ?? "broken";
  if (kind !== "missing") return kind;
  const { microphones } = await list();
  return camera && microphones.length ? "missing" : "no_microphone";
}

export async function list() {
  const all = await navigator.mediaDevices.enumerateDevices();
  return {
    cameras: all.filter((device) => device.kind === "videoinput"),
    microphones: all.filter((device) => device.kind === "audioinput"),
  };
}

export function close(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

const VIDEO = [
  "video/webm;codecs=vp8,opus", // the lightest to encode on a small machine
  "video/webm;codecs=vp9,opus",
  "video/webm",
  "video/mp4;codecs=avc1.42E01E,mp4a.40.2", // Safari
  "video/mp4",
];
const AUDIO = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** The first type that this browser can record; "" leaves the choice to it. */
export function mimeFor(camera) {
  return (camera ? VIDEO : AUDIO).find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}
