// Keeps every recorded chunk on this device until the server has said that it has the whole.
// IndexedDB: drafts (one a link), takes (one a recording), chunks ([take, number]).
// What the device would not take is kept in memory instead, and `kept()` says so.

const STORES = ["drafts", "takes", "chunks"];
const PATIENCE_MS = 4000; // some browsers never answer when they don't want to keep anything

export async function openStore() {
  try {
    return new Store(await openDatabase());
  } catch {
    return new Store(null); // a private window: what is recorded lasts as long as the page
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("heard-capture", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "code" });
      asked.result.createObjectStore("takes", { keyPath: "id" });
      asked.result.createObjectStore("chunks");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
    setTimeout(() => reject(new Error("silent")), PATIENCE_MS);
  });
}

const range = (takeId, from = 0) =>
  IDBKeyRange.bound([takeId, from], [takeId, Number.MAX_SAFE_INTEGER]);

class Store {
  #database;
  #drafts = new Map(); // only those that the device doesn't have
  #takes = new Map(); // every take in use: one object each, whoever asks
  #chunks = new Map(); // take → number → bytes that the device doesn't have
  /** Called when the device would not keep something. */
  onTrouble = () => {};

  constructor(database) {
    this.#database = database;
  }

  /** Whether everything would still be here if this page went away now. */
  kept() {
    return Boolean(this.#database && !this.#drafts.size && !this.#chunks.size);
  }

  async getDraft(code) {
    return this.#drafts.get(code) ?? (await this.#ask((s) => s.drafts.get(code)));
  }

  async putDraft(draft) {
    if (await this.#write((s) => s.drafts.put(structuredClone(draft)))) this.#drafts.delete(draft.code);
    else this.#drafts.set(draft.code, draft);
  }

  async getTake(id) {
    if (!this.#takes.has(id)) {
      const found = await this.#ask((s) => s.takes.get(id));
      if (found && !this.#takes.has(id)) this.#takes.set(id, found);
    }
    return this.#takes.get(id);
  }

  async putTake(take) {
    this.#takes.set(take.id, take);
    if (await this.#write((s) => s.takes.put(structuredClone(take)))) await this.#catchUp(take);
  }

  async takesOf(code) {
    const all = (await this.#ask((s) => s.takes.getAll())) ?? [];
    for (const take of all) if (!this.#takes.has(take.id)) this.#takes.set(take.id, take);
    return [...this.#takes.values()].filter((take) => take.code === code);
  }

  /** Durable once the promise is kept, unless `kept()` says no: then it is in memory. */
  async addChunk(take, number, blob) {
    if ((await this.#catchUp(take)) && (await this.#putChunk(take, number, blob))) return;
    if (!this.#chunks.has(take.id)) this.#chunks.set(take.id, new Map());
    this.#chunks.get(take.id).set(number, blob);
  }

  /** Whether nothing of a take is in memory any more. Oldest first: the device has no gap. */
  async #catchUp(take) {
    const held = this.#chunks.get(take.id) ?? new Map();
    for (const [number, blob] of held) {
      if (!(await this.#putChunk(take, number, blob))) return false;
      held.delete(number);
    }
    this.#chunks.delete(take.id);
    return true;
  }

  /** Whether the device took it. */
  async #putChunk(take, number, blob) {
    // Safari can't keep Blobs reliably, so bytes are kept. The take tells how far it came.
    const bytes = await blob.arrayBuffer();
    return this.#write((s) => {
      s.takes.put(structuredClone(take));
      return s.chunks.put(bytes, [take.id, number]);
    });
  }

  async getChunk(takeId, number) {
    const held = this.#chunks.get(takeId)?.get(number);
    return held ?? (await this.#ask((s) => s.chunks.get([takeId, number])));
  }

  /** The sizes of the chunks that are here, up to the first that is missing: what an earlier page
   * left behind it goes, or it would follow on from what is recorded next. */
  async sizesOf(takeId) {
    const sizes = [];
    const note = (number, size) => (sizes[number] = size);
    await this.#ask((s) => each(s.chunks, range(takeId), ([, number], bytes) => note(number, bytes.byteLength)));
    for (const [number, blob] of this.#chunks.get(takeId) ?? []) note(number, blob.size);
    const gap = Array.from(sizes).indexOf(undefined);
    if (gap < 0) return sizes;
    await this.#write((s) => s.chunks.delete(range(takeId, gap)));
    return sizes.slice(0, gap);
  }

  async dropTake(id) {
    this.#takes.delete(id);
    this.#chunks.delete(id);
    await this.#write((s) => (s.chunks.delete(range(id)), s.takes.delete(id)), () => {});
  }

  async dropDraft(code) {
    for (const take of await this.takesOf(code)) await this.dropTake(take.id);
    this.#drafts.delete(code);
    await this.#write((s) => s.drafts.delete(code), () => {});
  }

  async #ask(act) {
    if (!this.#database) return undefined;
    return this.#do("readonly", act).catch(() => undefined);
  }

  /** Whether the device took it. */
  async #write(act, trouble = this.onTrouble) {
    try {
      if (!this.#database) return false;
      await this.#do("readwrite", act);
      return true;
    } catch (error) {
      trouble(error); // no room, most of the time; every later write tries again
      return false;
    }
  }

  #do(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction(STORES, mode, { durability: "strict" });
      const stores = Object.fromEntries(STORES.map((n) => [n, transaction.objectStore(n)]));
      let asked = null;
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      asked = act(stores);
    });
  }
}

/** `act(key, value)` for each, one at a time: a long recording isn't in memory as a whole. */
function each(store, keys, act) {
  const asked = store.openCursor(keys);
  asked.onsuccess = () => {
    const cursor = asked.result;
    if (!cursor) return;
    act(cursor.key, cursor.value);
    cursor.continue();
  };
}
