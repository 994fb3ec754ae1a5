// One attempt to bring a take to the server by tus (https://tus.io/protocols/resumable-upload).

import { Refused } from "./ask.js";
import { data } from "./page.js";
import { Reader } from "./source.js";

const CHUNK = 4 * 1024 * 1024; // bytes a request: what a broken connection costs at most
const AGAIN = [409, 410, 423, 429, 460];

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

export class ByTus {
  #reader;
  #going = null;
  #over = false;

  /**
   * `hooks`: keep(take), reached(bytes) when the server has so many durably, moved() at any sign
   * of life, lost() when the server doesn't know the draft.
   */
  constructor(take, source, token, hooks) {
    Object.assign(this, { take, token, hooks });
    this.#reader = new Reader(source, hooks.reached);
  }

  /** For more to be recorded: then nothing moves. */
  get waiting() {
    return this.#reader.waiting;
  }

  /** Until it is an answer. Throws Refused, or what was in the way. */
  async run() {
    const tus = await uploader();
    const { take, hooks } = this;
    await new Promise((resolve, reject) => {
      if (this.#over) return;
      const going = new tus.Upload(this.#reader, {
        endpoint: data.addresses.uploads,
        uploadUrl: take.uploadUrl,
        uploadLengthDeferred: true,
        fileReader: { openFile: async () => this.#reader },
        headers: { Authorization: `Bearer ${this.token}` },
        metadata: {
          position: String(take.position),
          kind: take.kind,
          filetype: take.mime,
          filename: take.filename ?? "",
        },
        chunkSize: CHUNK,
        retryDelays: null, // Sending tries again
        storeFingerprintForResuming: false, // the address is kept beside the recording instead
        removeFingerprintOnSuccess: false,
        onUploadUrlAvailable() {
          take.uploadUrl = going.url;
          hooks.keep(take);
        },
        onProgress: hooks.moved,
        onChunkComplete: (_size, arrived) => hooks.reached(arrived),
        onSuccess: resolve,
        onError: (error) => reject(this.#meaning(error)),
      });
      this.#going = going;
      going.start();
    });
  }

  cut() {
    this.#over = true;
    this.#reader.cut();
    this.#going?.abort();
  }

  /** What went wrong: Refused carries the server's words. */
  #meaning(error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    const creating = error.originalRequest?.getMethod() === "POST";
    if (status < 400) return error;
    if (status === 404 || (status === 410 && !creating)) {
      this.take.uploadUrl = null; // dropped there: everything is still here
      if (creating) this.hooks.lost();
      return error;
    }
    if (status === 410) this.hooks.lost(); // too old by now: another draft takes it
    const ours = answer.getHeader("Content-Type")?.startsWith("text/plain");
    const refused = new Refused(status, ours ? answer.getBody().trim() : "");
    const sent = status === 409 && (creating || !answer.getHeader("Upload-Offset"));
    refused.passing = !sent && (AGAIN.includes(status) || status >= 500);
    return refused;
  }
}
