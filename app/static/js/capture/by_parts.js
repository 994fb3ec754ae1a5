// One attempt to bring a take into the bucket in parts, past the server, where the server offers
// it. All parts but the last are of one size; the last one goes when nothing more is recorded.

import { Refused, ask } from "./ask.js";
import { data } from "./page.js";

const AGAIN = [404, 409, 410, 423, 429]; // what passes, or is mended by beginning again

/** The bucket could not be reached from this browser. */
export class Unreachable extends Error {}

export class ByParts {
  #cut = false;
  #request = null;
  waiting = false; // for more to be recorded

  /** `hooks`: as in ByTus. */
  constructor(take, source, token, hooks) {
    Object.assign(this, { take, source, token, hooks });
  }

  /** Until it is an answer. Throws Refused, Unreachable, or what was in the way. */
  async run() {
    try {
      await this.#run();
    } catch (error) {
      if (error.status === 404 || error.status === 410) {
        if (!this.take.direct) this.hooks.lost();
        this.take.direct = null; // dropped there: everything is still here
      }
      if (error instanceof Refused) error.passing = AGAIN.includes(error.status);
      throw error;
    }
  }

  async #run() {
    const { take, source } = this;
    if (!take.direct) await this.#begin();
    const found = await this.#ask("GET", `/${take.direct}`);
    if (found.state === "received") return;
    let at = this.#whole(found);
    this.hooks.reached(at);
    while (!(source.accepted && source.ended && at === source.total)) {
      const size = await this.#next(at, found.partSize);
      if (size) await this.#send(at, size, at / found.partSize + 1);
      at += size;
      this.hooks.reached(at);
    }
    await this.#ask("POST", `/${take.direct}/complete`, { length: source.total });
  }

  cut() {
    this.#cut = true;
    this.#request?.abort();
  }

  async #begin() {
    const { position, kind, mime, filename = "" } = this.take;
    const said = { position, kind, filetype: mime, filename };
    this.take.direct = (await this.#ask("POST", "", said)).id;
    await this.hooks.keep(this.take);
  }

  /** How many bytes the bucket has from the beginning without a gap. */
  #whole({ parts, partSize }) {
    let at = 0;
    for (const { number, size } of parts) {
      const last = this.source.ended && at + size === this.source.total;
      if (number !== at / partSize + 1 || !(size === partSize || last)) break;
      at += size;
    }
    return Math.min(at, this.source.total);
  }

  /** Waits until there is a part; its size, 0 when the last one is there and isn't used yet. */
  async #next(at, partSize) {
    const { source } = this;
    this.waiting = true;
    for (;;) {
      if (this.#cut) return new Promise(() => {});
      const left = source.total - at;
      if (left >= partSize || (source.ended && left)) {
        this.waiting = false;
        return Math.min(left, partSize);
      }
      if (source.ended && source.accepted) return 0;
      await source.changed;
    }
  }

  async #send(at, size, number) {
    const bytes = await this.source.read(at, at + size);
    const { url } = await this.#ask("POST", `/${this.take.direct}/parts`, { number, size });
    await new Promise((resolve, reject) => {
      const request = (this.#request = new XMLHttpRequest());
      request.open("PUT", url);
      request.upload.onprogress = this.hooks.moved;
      request.onload = () => (request.status < 300 ? resolve() : reject(new Unreachable()));
      request.onerror = request.onabort = () => reject(new Unreachable());
      request.send(new Blob([bytes])); // without a type: the address is for bare bytes
    });
    this.hooks.moved();
  }

  async #ask(method, path, body) {
    const said = await ask(method, data.addresses.direct + path, this.token, body);
    this.hooks.moved();
    return said;
  }
}
