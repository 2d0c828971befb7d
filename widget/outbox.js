import { Lane, refused } from "./lane.js";
import { withLock } from "./lock.js";
import { onWake } from "./wake.js";

const WEEK = 7 * 86_400_000;

/**
 * Holds what has been written until the server has it: stored before the first attempt, sent one at a time in each lane and
 * in the order written, with the same id until there is an answer. A lane is a conversation, or the visitor's only one.
 */
export class Outbox {
  _with; _unwake;
  _known = new Map(); // id -> Item, what this tab shows
  _storing = new Set(); // ids on their way into the store
  _lanes = new Map(); // name -> Lane
  _puts = Promise.resolve(); // one store write after another, so that none overtakes
  _n = 0; _live = true;

  /**
   * @param {{scope: string, store: import("./store.js").ChainStore, send: (item: import("./store.js").Item) => Promise<any>,
   *   refresh?: () => Promise<void>, on: {sent: (item: any, message: any) => void, failed: (item: any) => void},
   *   lock?: typeof withLock, random?: () => number}} options
   *   scope: whose outbox it is; send: POSTs the item, giving the message or throwing a Problem; refresh: gets a new session
   */
  constructor(options) {
    this._with = { refresh: async () => {}, lock: withLock, random: Math.random, ...options };
    this._unwake = onWake(() => this.wake());
  }

  /** Items not accepted yet, in the order written. @param {string} [lane] */
  items(lane) { return [...this._known.values()].filter((i) => lane === undefined || i.lane === lane).sort(inOrder); }

  /** Reads what an earlier page left behind and goes on sending it. @returns {Promise<any[]>} all items */
  async load() {
    for (const item of await this._with.store.all(this._with.scope)) {
      this._n = Math.max(this._n, item.n); // whatever the clock says now, what is written next comes after
      if (item.state === "failed" && item.at < Date.now() - WEEK) this._with.store.remove(item.id);
      else if (!this._known.has(item.id)) this._known.set(item.id, item);
    }
    for (const item of this.items()) this._drain(item.lane);
    return this.items();
  }

  /**
   * Takes a message. Resolves when it is stored, which is when its draft may be forgotten.
   * @param {{id: string, lane: string, conversation: string, kind: "text"|"note", text: string}} draft
   */
  async add(draft) {
    this._n = Math.max(this._n + 1, Date.now() * 1000);
    const item = { ...draft, scope: this._with.scope, n: this._n, at: Date.now(), state: "pending" };
    this._known.set(item.id, item);
    await this._keep(item);
  }

  /** Sends a refused item again, with the id it has. @param {string} id */
  async retry(id) {
    const item = this._known.get(id);
    if (!item || item.state !== "failed") return;
    item.state = "pending";
    delete item.reason;
    await this._keep(item);
  }

  /** Forgets an item because its message has been seen in the log. @param {string} id */
  settle(id) { if (this._known.delete(id)) this._with.store.remove(id); }

  /** Tries again at once, though never before the server's own Retry-After. */
  wake() {
    for (const [name, lane] of this._lanes) if (lane.wake()) this._drain(name);
  }

  /** Stops sending; what is stored stays. */
  stop() {
    this._live = false;
    this._unwake();
    for (const lane of this._lanes.values()) lane.stop();
  }

  /** Forgets everything that is stored: it is somebody else's. */
  async clear() {
    await this._puts.catch(() => {});
    for (const scope of [this._with.scope, `${this._with.scope}:files`]) {
      for (const { id } of await this._with.store.all(scope)) await this._with.store.remove(id);
    }
  }

  async _keep(item) {
    this._storing.add(item.id);
    await (this._puts = this._puts.catch(() => {}).then(() => this._with.store.put(item)));
    this._storing.delete(item.id);
    this._drain(item.lane);
  }

  async _drain(name) {
    let lane = this._lanes.get(name);
    if (!lane) this._lanes.set(name, (lane = new Lane(this._with.random)));
    if (lane.busy || lane.waiting) return;
    lane.busy = true;
    let wait = 0;
    while (this._live && wait === 0) wait = await this._with.lock(`support-outbox:${this._with.scope}:${name}`, () => this._next(name, lane)).catch(() => 1_000);
    lane.busy = false;
    if (!this._live) return;
    if (wait < Infinity) lane.wait(wait, () => this._drain(name));
    else if (this._ready(name).some((i) => i.state === "pending")) this._drain(name); // written while the last look was under way
  }

  /** Sends the lane's oldest item, whichever tab wrote it. Returns how long to wait before the next, Infinity when none is left. */
  async _next(name, lane) {
    const item = (await this._look(name)).find((i) => i.state === "pending");
    if (!item) return Infinity;
    let message;
    try {
      message = await this._with.send(item);
    } catch (problem) {
      return this._failed(item, lane, problem);
    }
    lane.went();
    await this._with.store.remove(item.id);
    this._known.delete(item.id);
    this._with.on.sent(item, message);
    return 0;
  }

  async _failed(item, lane, problem) {
    if (!this._live) return Infinity;
    if (!refused(problem.status)) return lane.held(problem, this._with.refresh);
    lane.went();
    Object.assign(item, { state: "failed", reason: problem.code, detail: problem.message });
    await this._with.store.put(item);
    this._known.set(item.id, item);
    this._with.on.failed(item);
    return 0;
  }

  /**
   * The lane's items as the tabs' common store has them. One of ours that is gone from there was accepted through another
   * tab, or the store was wiped: we cannot tell, and need not, for sending it again with its id is harmless.
   */
  async _look(name) {
    const ours = this._ready(name);
    const stored = (await this._with.store.all(this._with.scope)).filter((i) => i.lane === name && !this._storing.has(i.id));
    const byID = new Map(stored.map((i) => [i.id, i]));
    for (const item of ours) {
      const now = byID.get(item.id);
      if (now?.state === "failed" && item.state === "pending") {
        this._known.set(item.id, now);
        this._with.on.failed(now);
      } else if (!now && this._known.has(item.id)) byID.set(item.id, item);
    }
    return [...byID.values()].sort(inOrder);
  }

  _ready(name) { return this.items(name).filter((i) => !this._storing.has(i.id)); }
}

const inOrder = (a, b) => a.n - b.n;
