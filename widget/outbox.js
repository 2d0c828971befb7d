import { Lane, refused } from "./lane.js";
import { withLock } from "./lock.js";
import { onWake } from "./wake.js";

const WEEK = 7 * 86_400_000;

/**
 * Holds what has been written until the server has it: stored before the first attempt, sent one at a time in each lane and
 * in the order written, with the same id until there is an answer. A lane is a conversation, or the visitor's only one.
 */
export class Outbox {
  #with; #unwake;
  #known = new Map(); // id -> Item, what this tab shows
  #storing = new Set(); // ids on their way into the store
  #lanes = new Map(); // name -> Lane
  #puts = Promise.resolve(); // one store write after another, so that none overtakes
  #n = 0; #live = true;

  /**
   * @param {{scope: string, store: import("./store.js").ChainStore, send: (item: import("./store.js").Item) => Promise<any>,
   *   refresh?: () => Promise<void>, on: {sent: (item: any, message: any) => void, failed: (item: any) => void},
   *   lock?: typeof withLock, random?: () => number}} options
   *   scope: whose outbox it is; send: POSTs the item, giving the message or throwing a Problem; refresh: gets a new session
   */
  constructor(options) {
    this.#with = { refresh: async () => {}, lock: withLock, random: Math.random, ...options };
    this.#unwake = onWake(() => this.wake());
  }

  /** Items not accepted yet, in the order written. @param {string} [lane] */
  items(lane) { return [...this.#known.values()].filter((i) => lane === undefined || i.lane === lane).sort(inOrder); }

  /** Reads what an earlier page left behind and goes on sending it. @returns {Promise<any[]>} all items */
  async load() {
    for (const item of await this.#with.store.all(this.#with.scope)) {
      this.#n = Math.max(this.#n, item.n); // whatever the clock says now, what is written next comes after
      if (item.state === "failed" && item.at < Date.now() - WEEK) this.#with.store.remove(item.id);
      else if (!this.#known.has(item.id)) this.#known.set(item.id, item);
    }
    for (const item of this.items()) this.#drain(item.lane);
    return this.items();
  }

  /**
   * Takes a message. Resolves when it is stored, which is when its draft may be forgotten.
   * @param {{id: string, lane: string, conversation: string, kind: "text"|"note", text: string}} draft
   */
  async add(draft) {
    this.#n = Math.max(this.#n + 1, Date.now() * 1000);
    const item = { ...draft, scope: this.#with.scope, n: this.#n, at: Date.now(), state: "pending" };
    this.#known.set(item.id, item);
    await this.#keep(item);
  }

  /** Sends a refused item again, with the id it has. @param {string} id */
  async retry(id) {
    const item = this.#known.get(id);
    if (!item || item.state !== "failed") return;
    item.state = "pending";
    delete item.reason;
    await this.#keep(item);
  }

  /** Forgets an item because its message has been seen in the log. @param {string} id */
  settle(id) { if (this.#known.delete(id)) this.#with.store.remove(id); }

  /** Tries again at once, though never before the server's own Retry-After. */
  wake() {
    for (const [name, lane] of this.#lanes) if (lane.wake()) this.#drain(name);
  }

  /** Stops sending; what is stored stays. */
  stop() {
    this.#live = false;
    this.#unwake();
    for (const lane of this.#lanes.values()) lane.stop();
  }

  /** Forgets everything that is stored: it is somebody else's. */
  async clear() {
    await this.#puts.catch(() => {});
    for (const scope of [this.#with.scope, `${this.#with.scope}:files`]) {
      for (const { id } of await this.#with.store.all(scope)) await this.#with.store.remove(id);
    }
  }

  async #keep(item) {
    this.#storing.add(item.id);
    await (this.#puts = this.#puts.catch(() => {}).then(() => this.#with.store.put(item)));
    this.#storing.delete(item.id);
    this.#drain(item.lane);
  }

  async #drain(name) {
    let lane = this.#lanes.get(name);
    if (!lane) this.#lanes.set(name, (lane = new Lane(this.#with.random)));
    if (lane.busy || lane.waiting) return;
    lane.busy = true;
    let wait = 0;
    while (this.#live && wait === 0) wait = await this.#with.lock(`support-outbox:${this.#with.scope}:${name}`, () => this.#next(name, lane)).catch(() => 1_000);
    lane.busy = false;
    if (!this.#live) return;
    if (wait < Infinity) lane.wait(wait, () => this.#drain(name));
    else if (this.#ready(name).some((i) => i.state === "pending")) this.#drain(name); // written while the last look was under way
  }

  /** Sends the lane's oldest item, whichever tab wrote it. Returns how long to wait before the next, Infinity when none is left. */
  async #next(name, lane) {
    const item = (await this.#look(name)).find((i) => i.state === "pending");
    if (!item) return Infinity;
    let message;
    try {
      message = await this.#with.send(item);
    } catch (problem) {
      return this.#failed(item, lane, problem);
    }
    lane.went();
    await this.#with.store.remove(item.id);
    this.#known.delete(item.id);
    this.#with.on.sent(item, message);
    return 0;
  }

  async #failed(item, lane, problem) {
    if (!this.#live) return Infinity;
    if (!refused(problem.status)) return lane.held(problem, this.#with.refresh);
    lane.went();
    Object.assign(item, { state: "failed", reason: problem.code, detail: problem.message });
    await this.#with.store.put(item);
    this.#known.set(item.id, item);
    this.#with.on.failed(item);
    return 0;
  }

  /**
   * The lane's items as the tabs' common store has them. One of ours that is gone from there was accepted through another
   * tab, or the store was wiped: we cannot tell, and need not, for sending it again with its id is harmless.
   */
  async #look(name) {
    const ours = this.#ready(name);
    const stored = (await this.#with.store.all(this.#with.scope)).filter((i) => i.lane === name && !this.#storing.has(i.id));
    const byID = new Map(stored.map((i) => [i.id, i]));
    for (const item of ours) {
      const now = byID.get(item.id);
      if (now?.state === "failed" && item.state === "pending") {
        this.#known.set(item.id, now);
        this.#with.on.failed(now);
      } else if (!now && this.#known.has(item.id)) byID.set(item.id, item);
    }
    return [...byID.values()].sort(inOrder);
  }

  #ready(name) { return this.items(name).filter((i) => !this.#storing.has(i.id)); }
}

const inOrder = (a, b) => a.n - b.n;
