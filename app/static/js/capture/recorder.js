// One take: from "record" to a stopped recording whose chunks are all kept.

const CHUNK_MS = 1000;

export class Take {
  #recorder;
  #store;
  #saved = Promise.resolve();
  #chunks = 0;
  #before = 0; // milliseconds recorded before the last pause
  #since = 0;
  #stopped;
  #limit;

  /**
   * `said`: {id, code, position, kind, mime}; `maxMs`: stops by itself then.
   * `onTrouble(error)`: a chunk could not be kept on the device.
   */
  constructor(stream, store, said, { maxMs, onTrouble }) {
    this.#store = store;
    this.#limit = maxMs;
    this.#recorder = new MediaRecorder(stream, {
      ...(said.mime ? { mimeType: said.mime } : {}),
      videoBitsPerSecond: 1_200_000,
      audioBitsPerSecond: 64_000,
    });
    this.take = { ...said, mime: this.#recorder.mimeType, state: "recording", ms: 0, uploadUrl: null };
    this.memory = [];
    this.#recorder.ondataavailable = ({ data }) => {
      if (data.size) this.#keep(data, onTrouble);
    };
    this.#stopped = new Promise((resolve) => {
      this.#recorder.onstop = resolve;
    });
  }

  async start() {
    this.take.mime = this.#recorder.mimeType;
    await this.#store.putTake(this.take);
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
    await this.#saved;
    this.take = {
      ...this.take,
      mime: this.#recorder.mimeType || this.take.mime,
      state: "done",
      ms: Math.round(this.#before),
    };
    await this.#store.putTake(this.take);
    return this.take;
  }

  /** One after the other, in order; a failure is told and does not stop the recording. */
  #keep(blob, onTrouble) {
    const number = this.#chunks++;
    this.memory.push(blob);
    this.#saved = this.#saved
      .then(() => this.#store.addChunk(this.take.id, number, blob))
      .catch((error) => {
        this.incomplete = true;
        onTrouble(error);
      });
  }
}
