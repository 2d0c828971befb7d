/**
 * @typedef {{id: string, scope: string, lane: string, n: number, conversation: string, kind: string, text: string, data?: any,
 *   at: number, state: "pending"|"failed", reason?: string, detail?: string}} Item
 */

/** Keeps items in this page's memory only. */
export class MemoryStore {
  #items = new Map();
  async all(scope) { return [...this.#items.values()].filter((i) => i.scope === scope).map((i) => ({ ...i })); }
  async put(item) { this.#items.set(item.id, { ...item }); }
  async remove(id) { this.#items.delete(id); }
}

/** Keeps items in localStorage, one key each, so that two tabs never write over each other. */
export class LocalStore {
  #prefix = "support-outbox:";
  async all(scope) {
    return Object.keys(localStorage).filter((k) => k.startsWith(this.#prefix)).map((k) => JSON.parse(localStorage.getItem(k))).filter((i) => i && i.scope === scope);
  }
  async put(item) { localStorage.setItem(this.#prefix + item.id, JSON.stringify(item)); }
  async remove(id) { localStorage.removeItem(this.#prefix + id); }
}

/** Keeps items in IndexedDB. */
export class IndexedStore {
  #db = null;
  async all(scope) { return (await this.#do("readonly", (s) => s.getAll())).filter((i) => i.scope === scope); }
  async put(item) { await this.#do("readwrite", (s) => s.put(item)); }
  async remove(id) { await this.#do("readwrite", (s) => s.delete(id)); }

  #open() {
    this.#db ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("support", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("outbox", { keyPath: "id" });
      asked.onsuccess = () => {
        asked.result.onclose = asked.result.onversionchange = () => { this.#db = null; asked.result.close(); };
        resolve(asked.result);
      };
      asked.onerror = asked.onblocked = () => reject(asked.error ?? new Error("storage is blocked"));
      setTimeout(() => reject(new Error("storage does not answer")), 1_000); // some WebViews never call back
    });
    this.#db.catch(() => { this.#db = null; });
    return this.#db;
  }

  async #do(mode, work) {
    const db = await this.#open();
    return new Promise((resolve, reject) => {
      const tx = db.transaction("outbox", mode);
      const asked = work(tx.objectStore("outbox"));
      tx.oncomplete = () => resolve(asked.result);
      tx.onerror = tx.onabort = () => reject(tx.error ?? new Error("storage failed"));
    });
  }
}

/** Writes to the first store that takes it and reads from all, so that a store that fails half-way loses nothing. */
export class ChainStore {
  #stores;
  /** @param {...{all: (scope: string) => Promise<Item[]>, put: (item: Item) => Promise<void>, remove: (id: string) => Promise<void>}} stores */
  constructor(...stores) { this.#stores = stores; }

  async all(scope) {
    const lists = await Promise.all(this.#stores.map((s) => s.all(scope).catch(() => [])));
    const byID = new Map();
    for (const list of lists) for (const item of list) byID.set(item.id, item); // the later store has the newer copy
    return [...byID.values()];
  }

  async put(item) {
    let failed;
    for (const [i, store] of this.#stores.entries()) {
      try {
        await store.put(item);
        return void (await Promise.all(this.#stores.slice(i + 1).map((s) => s.remove(item.id).catch(() => {}))));
      } catch (error) {
        failed = error;
      }
    }
    throw failed;
  }

  async remove(id) { await Promise.all(this.#stores.map((s) => s.remove(id).catch(() => {}))); }
}

/** Opens the browser's storage: IndexedDB, else localStorage, else memory. @returns {ChainStore} */
export function openStore() { return new ChainStore(new IndexedStore(), new LocalStore(), new MemoryStore()); }
