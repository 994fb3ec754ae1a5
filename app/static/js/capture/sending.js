// One take on its way to the server by tus, from its first chunk on. It goes on by itself for as
// long as the page is there; only the server's "no" stops it. The length is told last, when the
// customer uses the take: before that nothing on the server is an answer.

import { data } from "./page.js";
import { Refused } from "./ask.js";
import { Reader } from "./source.js";

const CHUNK = 4 * 1024 * 1024; // bytes a request: what a broken connection costs at most
const PAUSES_MS = [200, 1000, 2000, 4000, 8000, 15000, 30000];
const TOLD_AFTER = 6; // attempts in vain after which whoever waits is told
const SILENCE_MS = 30000; // a request that doesn't move is given up
const AGAIN = [423, 429, 460];

let arriving = null;

/** tus-js-client, 87 KB that the first screen can do without. Rejects when it can't be had. */
export function uploader() {
  arriving ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = data.addresses.tus;
    script.onload = () => resolve(window.tus);
    script.onerror = () => {
      arriving = null;
      script.remove();
      reject(new Error("The network is away."));
    };
    document.head.append(script);
  });
  return arriving;
}

export class Sending {
  arrived = 0; // bytes that the server has, durably
  received = false; // all of them, and it is an answer
  trouble = ""; // what the server said, while it says no
  #flow;
  #failures = 0;
  #running = false;
  #over = false;
  #stop = () => {};
  #poke = () => {};
  #waiting = new Set();

  /** `flow`: prepare() before each attempt gives the headers, keep(take), changed(). */
  constructor(take, source, flow) {
    this.take = take;
    this.source = source;
    this.#flow = flow;
    window.addEventListener("online", this.nudge);
    this.#run();
  }

  /** Tries now instead of later. */
  nudge = () => {
    this.#poke();
    this.#run();
  };

  /** Resolves once the server has the whole. Throws Refused, or what was in the way. */
  async done() {
    this.#failures = 0;
    this.source.say({ ended: true, accepted: true });
    const told = new Promise((resolve, reject) => this.#waiting.add({ resolve, reject }));
    if (this.received) this.#tell("resolve");
    else this.nudge();
    return told;
  }

  /** Ends it here; what the server has of it is somebody else's task. */
  end() {
    this.#over = true;
    window.removeEventListener("online", this.nudge);
    this.#stop();
    this.#poke();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    while (!this.#over && !this.received) {
      try {
        await this.#attempt();
        this.received = true;
        this.trouble = "";
        this.#tell("resolve");
      } catch (error) {
        if (this.#over) break;
        this.#failures += 1;
        const final = error instanceof Refused && !error.passing;
        this.trouble = error instanceof Refused ? error.message : "";
        if (final || !navigator.onLine || this.#failures >= TOLD_AFTER) this.#tell("reject", error);
        this.#flow.changed();
        if (final) break;
        const pause = PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length) - 1];
        await new Promise((resolve) => ((this.#poke = resolve), setTimeout(resolve, pause)));
      }
    }
    this.#running = false;
    this.#flow.changed();
  }

  async #attempt() {
    const headers = await this.#flow.prepare();
    const tus = await uploader();
    const reader = new Reader(this.source, (from) => this.#reached(from));
    try {
      await this.#upload(tus, headers, reader);
    } finally {
      reader.cut();
    }
  }

  #upload(tus, headers, reader) {
    const { take } = this;
    let moved = performance.now();
    const move = () => (moved = performance.now());
    let watch = 0;
    const way = new Promise((resolve, reject) => {
      const going = new tus.Upload(reader, {
        endpoint: data.addresses.uploads,
        uploadUrl: take.uploadUrl,
        uploadLengthDeferred: true,
        fileReader: { openFile: async () => reader },
        headers,
        metadata: {
          position: String(take.position),
          kind: take.kind,
          filetype: take.mime,
          filename: take.filename ?? "",
        },
        chunkSize: CHUNK,
        retryDelays: null, // #run tries again
        storeFingerprintForResuming: false, // the address is kept beside the recording instead
        removeFingerprintOnSuccess: false,
        onUploadUrlAvailable: () => {
          take.uploadUrl = going.url;
          this.#flow.keep(take);
        },
        onProgress: move,
        onChunkComplete: (_size, arrived) => this.#reached(arrived),
        onSuccess: resolve,
        onError: (error) => reject(this.#meaning(error)),
      });
      this.#stop = () => {
        reader.cut();
        going.abort();
        reject(new Error("It was given up."));
      };
      watch = setInterval(() => {
        if (reader.waiting) move();
        if (performance.now() - moved > SILENCE_MS) this.#stop();
      }, 1000);
      going.start();
    });
    return way.finally(() => clearInterval(watch));
  }

  #reached(bytes) {
    if (bytes !== this.arrived) {
      this.#failures = 0;
      this.trouble = "";
    }
    this.arrived = bytes;
    this.#flow.changed();
  }

  /** What went wrong, for #run: Refused carries the server's words. */
  #meaning(error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    const creating = error.originalRequest?.getMethod() === "POST";
    if (status < 400) return error;
    if (status === 404 || (status === 410 && !creating)) {
      this.take.uploadUrl = null; // dropped there: everything is still here
      if (creating) this.#flow.lost();
      return error;
    }
    const ours = answer.getHeader("Content-Type")?.startsWith("text/plain");
    const refused = new Refused(status, ours ? answer.getBody().trim() : "");
    const moved = status === 409 && !creating && answer.getHeader("Upload-Offset");
    refused.passing = Boolean(moved) || AGAIN.includes(status) || status >= 500;
    return refused;
  }

  #tell(how, error) {
    for (const each of this.#waiting) each[how](error);
    this.#waiting.clear();
  }
}
