// A take's bytes in order, while they are still being recorded or long after: what tus reads.

const PART = 512 * 1024; // bytes that are worth a request of their own while recording …
const PART_MS = 3000; // … or whatever has come after this time

export class Source {
  total = 0;
  growing = false; // a recorder adds to it right now
  ended = false; // nothing more will be recorded
  accepted = false; // the customer uses it: its length may be told
  #sizes;
  #store;
  #take;
  #wake = () => {};
  #changed;

  static async of(store, take) {
    return new Source(store, take, await store.sizesOf(take.id));
  }

  constructor(store, take, sizes = []) {
    this.#store = store;
    this.#take = take;
    this.#sizes = sizes;
    this.total = sizes.reduce((sum, size) => sum + size, 0);
    this.#turn();
  }

  get chunks() {
    return this.#sizes.length;
  }

  /** A chunk was kept. */
  grew(size) {
    this.#sizes.push(size);
    this.total += size;
    this.#turn();
  }

  /** Nothing more comes, or the customer uses it. */
  say(what) {
    Object.assign(this, what);
    this.#turn();
  }

  /** Resolves at the next change. */
  get changed() {
    return this.#changed;
  }

  async read(from, to) {
    const pieces = [];
    let at = 0;
    for (const [number, size] of this.#sizes.entries()) {
      if (at + size > from && at < to) {
        const blob = new Blob([await this.#store.getChunk(this.#take.id, number)]);
        if (blob.size !== size) throw new Error("A part of the recording can't be read.");
        pieces.push(blob.slice(Math.max(0, from - at), to - at));
      }
      at += size;
    }
    return new Blob(pieces, { type: this.#take.mime });
  }

  whole() {
    return this.read(0, this.total);
  }

  #turn() {
    this.#wake();
    this.#changed = new Promise((resolve) => (this.#wake = resolve));
  }
}

/**
 * What tus-js-client takes for a file, for one attempt. It asks for the bytes from where the
 * server is, so `onAsked(from)` is also how far the server has come.
 */
export class Reader {
  size = null;
  waiting = false; // for more to be recorded
  #cut = false;

  constructor(source, onAsked) {
    this.source = source;
    this.onAsked = onAsked;
  }

  /** The bytes from `from` on, `done` with the last ones of a take that is used. */
  async slice(from, to) {
    const { source } = this;
    this.onAsked(from);
    if (from > source.total) throw new Error("The server has more than there is here.");
    const late = new Promise((resolve) => setTimeout(resolve, PART_MS, "late"));
    let waited = false;
    this.waiting = true;
    for (;;) {
      if (this.#cut) return new Promise(() => {}); // the attempt is over: nothing is sent
      const there = source.total - from;
      const done = source.accepted && source.ended && source.total <= to;
      if (done || there >= PART || (there && (waited || source.ended))) {
        const value = await source.read(from, Math.min(to, source.total));
        this.waiting = false;
        return this.#cut ? new Promise(() => {}) : { value, done };
      }
      const news = await (there ? Promise.race([source.changed, late]) : source.changed);
      waited = waited || news === "late";
    }
  }

  close() {}

  cut() {
    this.#cut = true;
  }
}
