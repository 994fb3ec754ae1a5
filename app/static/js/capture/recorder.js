// One take: from "record" to a stopped recording whose chunks are all kept. A take that a reload
// interrupted can be gone on with where it is WebM: it stays one file.

import { WebmStream } from "./webm.js";

const CHUNK_MS = 1000;
const LEAST_LEFT_MS = 2000;

/** Whether there is something to go on with, and time left for it. */
export const canGoOn = (take, maxMs) =>
  take.state === "recording" && Boolean(take.mark?.tracks) && maxMs - take.ms > LEAST_LEFT_MS;

export class Take {
  #recorder;
  #flow;
  #parser = null;
  #saved = Promise.resolve();
  #before = 0; // milliseconds recorded before the last pause
  #since = 0;
  #stopped;
  #limit;

  /**
   * `take`: {id, code, position, kind, mime}, or one to go on with. `flow`: maxMs, keep(blob)
   * takes the bytes that are whole, onTrouble(error): it can't be gone on with like this.
   */
  constructor(stream, take, flow) {
    this.#flow = flow;
    this.#limit = flow.maxMs;
    this.#before = take.ms ?? 0;
    this.#recorder = new MediaRecorder(stream, {
      ...(take.mime ? { mimeType: take.mime } : {}),
      videoBitsPerSecond: 1_200_000,
      audioBitsPerSecond: 64_000,
    });
    this.take = Object.assign(take, { mime: this.#recorder.mimeType || take.mime, state: "recording" });
    take.ms ??= 0;
    take.uploadUrl ??= null;
    if (take.mark || take.mime.includes("webm")) this.#parser = new WebmStream(take.mark ?? null);
    this.#recorder.ondataavailable = ({ data }) => this.#keep(data);
    this.#stopped = new Promise((resolve) => {
      this.#recorder.onstop = resolve;
    });
    document.addEventListener("visibilitychange", this.#hurry);
    window.addEventListener("beforeunload", this.#hurry);
  }

  start() {
    this.#recorder.start(CHUNK_MS);
    this.#since = performance.now();
  }

  get ms() {
    const running = this.#recorder.state === "recording";
    return this.#before + (running ? performance.now() - this.#since : 0);
  }

  get left() {
    return Math.max(0, this.#limit - this.ms);
  }

  get state() {
    return this.#recorder.state;
  }

  pause() {
    this.#before = this.ms;
    this.#recorder.pause();
  }

  resume() {
    this.#since = performance.now();
    this.#recorder.resume();
  }

  /** The finished take, its last chunk kept. */
  async stop() {
    if (this.#recorder.state !== "inactive") {
      this.#before = this.ms;
      this.#recorder.stop();
    }
    await this.#stopped;
    document.removeEventListener("visibilitychange", this.#hurry);
    window.removeEventListener("beforeunload", this.#hurry);
    await this.#saved;
    const rest = this.#parser?.flush() ?? [];
    if (rest.length) this.#keep(new Blob([rest]), { parsed: true });
    await this.#saved;
    Object.assign(this.take, {
      mime: this.#recorder.mimeType || this.take.mime,
      state: "done",
      ms: Math.round(this.#before),
    });
    return this.take;
  }

  /** A page that is put aside or left may not come back: what there is, is kept now. */
  #hurry = ({ type }) => {
    const leaving = document.hidden || type === "beforeunload";
    if (leaving && this.#recorder.state === "recording") this.#recorder.requestData();
  };

  /** One after the other, in order. */
  #keep(blob, { parsed = false } = {}) {
    const ms = Math.round(this.ms);
    this.#saved = this.#saved.then(async () => {
      const whole = parsed ? blob : await this.#whole(blob);
      if (!whole.size) return;
      this.take.ms = ms;
      await this.#flow.keep(whole);
    });
    this.#saved = this.#saved.catch((error) => this.#flow.onTrouble(error));
  }

  async #whole(blob) {
    if (!this.#parser) return blob;
    const bytes = new Uint8Array(await blob.arrayBuffer());
    try {
      const whole = this.#parser.push(bytes);
      this.take.mark = this.#parser.mark;
      return new Blob([whole]);
    } catch (error) {
      return this.#unread(error);
    }
  }

  /** A WebM that isn't understood is kept as it comes, but can't be gone on with. */
  #unread(error) {
    if (this.#parser.goesOn) throw error;
    const all = this.#parser.flush();
    this.#parser = null;
    delete this.take.mark;
    return new Blob([all]);
  }
}
