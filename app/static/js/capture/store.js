// Keeps every recorded chunk on this device until the server has said that it has it.
// IndexedDB: drafts (one a link), takes (one a recording), chunks ([take, number]).

const STORES = ["drafts", "takes", "chunks"];

export async function openStore() {
  try {
    return new DeviceStore(await openDatabase());
  } catch {
    return new MemoryStore(); // a private window: what is recorded lasts as long as the page
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
  });
}

const range = (takeId) => IDBKeyRange.bound([takeId, 0], [takeId, Number.MAX_SAFE_INTEGER]);

class DeviceStore {
  durable = true;

  constructor(database) {
    this.database = database;
  }

  getDraft(code) {
    return this.#do("readonly", (s) => s.drafts.get(code));
  }

  putDraft(draft) {
    return this.#do("readwrite", (s) => s.drafts.put(structuredClone(draft)));
  }

  getTake(id) {
    return this.#do("readonly", (s) => s.takes.get(id));
  }

  putTake(take) {
    return this.#do("readwrite", (s) => s.takes.put(structuredClone(take)));
  }

  async takesOf(code) {
    const all = await this.#do("readonly", (s) => s.takes.getAll());
    return all.filter((take) => take.code === code);
  }

  /** Durable once the promise is kept. Safari can't keep Blobs reliably, so bytes are kept. */
  async addChunk(takeId, number, blob) {
    const bytes = await blob.arrayBuffer();
    return this.#do("readwrite", (s) => s.chunks.put(bytes, [takeId, number]));
  }

  async blobOf(take) {
    const chunks = await this.#do("readonly", (s) => s.chunks.getAll(range(take.id)));
    return new Blob(chunks, { type: take.mime });
  }

  dropTake(id) {
    return this.#do("readwrite", (s) => {
      s.chunks.delete(range(id));
      return s.takes.delete(id);
    });
  }

  async dropDraft(code) {
    for (const take of await this.takesOf(code)) await this.dropTake(take.id);
    return this.#do("readwrite", (s) => s.drafts.delete(code));
  }

  #do(mode, act) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORES, mode, { durability: "strict" });
      const stores = Object.fromEntries(STORES.map((n) => [n, transaction.objectStore(n)]));
      const asked = act(stores);
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }
}

class MemoryStore {
  durable = false;
  drafts = new Map();
  takes = new Map();
  chunks = new Map();

  async getDraft(code) {
    return this.drafts.get(code);
  }

  async putDraft(draft) {
    this.drafts.set(draft.code, draft);
  }

  async getTake(id) {
    return this.takes.get(id);
  }

  async putTake(take) {
    this.takes.set(take.id, take);
  }

  async takesOf(code) {
    return [...this.takes.values()].filter((take) => take.code === code);
  }

  async addChunk(takeId, number, blob) {
    const chunks = this.chunks.get(takeId) ?? [];
    chunks[number] = blob;
    this.chunks.set(takeId, chunks);
  }

  async blobOf(take) {
    return new Blob(this.chunks.get(take.id) ?? [], { type: take.mime });
  }

  async dropTake(id) {
    this.takes.delete(id);
    this.chunks.delete(id);
  }

  async dropDraft(code) {
    for (const take of await this.takesOf(code)) await this.dropTake(take.id);
    this.drafts.delete(code);
  }
}
