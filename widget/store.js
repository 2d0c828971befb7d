/**
 * @typedef {{id: string, scope: string, lane: string, n: number, conversation: string, kind: string, text: string, data?: any,
 *   at: number, state: "pending"|"failed", reason?: string, detail?: string}} Item
 */

/** Keeps items in this page's memory only. */
export class MemoryStore {
  _items = new Map();
  async all(scope) { return [...this._items.values()].filter((i) => i.scope === scope).map((i) => ({ ...i })); }
  async put(item) { this._items.set(item.id, { ...item }); }
  async remove(id) { this._items.delete(id); }
}

/** Keeps items in localStorage, one key each, so that two tabs never write over each other. */
export class LocalStore {
  _prefix = "support-outbox:";
  async all(scope) {
    return Object.keys(localStorage).filter((k) => k.startsWith(this._prefix)).map((k) => JSON.parse(localStorage.getItem(k))).filter((i) => i && i.scope === scope);
  }
  async put(item) { localStorage.setItem(this._prefix + item.id, JSON.stringify(item)); }
  async remove(id) { localStorage.removeItem(this._prefix + id); }
}

/** Keeps items in IndexedDB. */
export class IndexedStore {
  _db = null;
  async all(scope) { return (await this._do("readonly", (s) => s.getAll())).filter((i) => i.scope === scope); }
  async put(item) { await this._do("readwrite", (s) => s.put(item)); }
  async remove(id) { await this._do("readwrite", (s) => s.delete(id)); }

  _open() {
    this._db ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("support", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("outbox", { keyPath: "id" });
      asked.onsuccess = () => {
        asked.result.onclose = asked.result.onversionchange = () => { this._db = null; asked.result.close(); };
        resolve(asked.result);
      };
      asked.onerror = asked.onblocked = () => reject(asked.error || new Error("storage is blocked"));
      setTimeout(() => reject(new Error("storage does not answer")), 1_000); // some WebViews never call back
    });
    this._db.catch(() => { this._db = null; });
    return this._db;
  }

  async _do(mode, work) {
    const db = await this._open();
    return new Promise((resolve, reject) => {
      const tx = db.transaction("outbox", mode);
      const asked = work(tx.objectStore("outbox"));
      tx.oncomplete = () => resolve(asked.result);
      tx.onerror = tx.onabort = () => reject(tx.error || new Error("storage failed"));
    });
  }
}

/** Writes to the first store that takes it and reads from all, so that a store that fails half-way loses nothing. */
export class ChainStore {
  _stores;
  /** @param {...{all: (scope: string) => Promise<Item[]>, put: (item: Item) => Promise<void>, remove: (id: string) => Promise<void>}} stores */
  constructor(...stores) { this._stores = stores; }

  async all(scope) {
    const lists = await Promise.all(this._stores.map((s) => s.all(scope).catch(() => [])));
    const byID = new Map();
    for (const list of lists) for (const item of list) byID.set(item.id, item); // the later store has the newer copy
    return [...byID.values()];
  }

  async put(item) {
    let failed;
    for (const [i, store] of this._stores.entries()) {
      try {
        await store.put(item);
        return void (await Promise.all(this._stores.slice(i + 1).map((s) => s.remove(item.id).catch(() => {}))));
      } catch (error) {
        failed = error;
      }
    }
    throw failed;
  }

  async remove(id) { await Promise.all(this._stores.map((s) => s.remove(id).catch(() => {}))); }
}

/** Opens the browser's storage: IndexedDB, else localStorage, else memory. @returns {ChainStore} */
export function openStore() { return new ChainStore(new IndexedStore(), new LocalStore(), new MemoryStore()); }
