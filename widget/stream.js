import { backoff, retryAfter } from "./backoff.js";
import { Parser } from "./parser.js";
import { Pause } from "./pause.js";
import { onWake } from "./wake.js";
import { expand } from "./wire.js";

const WATCHDOG = 40_000; // heartbeats come every 15 s; no byte for this long and the line is dead
const STALE = 25_000; // on waking, silence longer than a late heartbeat is reason enough
const DAY = 86_400_000;
const STEADY = 5_000; // a connection that held this long was a good one

/**
 * Keeps an event stream open: resumes from the last id, notices silence, waits politely, comes back when the page does.
 * EventSource will not do: it cannot send Authorization and gives up for good at any answer but 200.
 */
export class Stream {
  _url; _on; _headers; _fetch; _random;
  _id; _told = ""; _base = 500; _tries = 0; _live = false; _open = false;
  _pause = new Pause(); _heard = 0; _abort = null; _leaving = null; _unwake = null; _held = false;

  /**
   * @param {string} url
   * @param {{event: (kind: string, data: any, id: string) => void, state?: (open: boolean) => void,
   *   unauthorized?: () => Promise<void>, gone?: (status: number) => void}} on
   * @param {{id?: string, headers?: () => Record<string, string>, fetch?: typeof fetch, random?: () => number}} [options]
   */
  constructor(url, on, { id = "", headers = () => ({}), fetch: get = (...a) => fetch(...a), random = Math.random } = {}) {
    this._url = url;
    this._on = { state() {}, async unauthorized() {}, gone() {}, ...on };
    this._id = id;
    this._headers = headers;
    this._fetch = get;
    this._random = random;
  }

  /** The number the next connection goes on from. */
  get id() { return this._id; }

  /** Goes on from another number at the next connection. @param {string} id */
  resume(id) { this._id = id; }

  /** Starts, once. */
  connect() {
    if (this._live) return;
    this._live = true;
    this._unwake = onWake((thawed) => this.wake(thawed));
    this._run();
  }

  /** Stops for good. */
  disconnect() {
    this._live = false;
    this._unwake?.();
    clearTimeout(this._leaving);
    this._abort?.abort();
    this._pause.earliest = 0;
    this._pause.skip();
    this._state(false);
  }

  /** Tries at once if it was waiting, and drops a connection that has been silent for too long. */
  wake(thawed = false) {
    if (this._abort && (thawed || Date.now() - this._heard > STALE)) this._abort.abort();
    this._pause.skip();
  }

  /** Lets the connection go until it is taken up again, by its number. @param {boolean} held */
  hold(held) {
    if (held === this._held) return;
    this._held = held;
    if (held) return this._abort?.abort();
    this._state(false); // what is missed is told from now on, not for the time nobody looked
    this._pause.skip();
  }

  async _run() {
    while (this._live) {
      if (this._held) {
        await this._pause.wait(DAY);
        continue;
      }
      const began = Date.now();
      try {
        await this._read();
      } catch {
        // every way to lose the line is mended the same way: by coming back
      }
      clearTimeout(this._leaving);
      if (!this._live) return;
      if (this._held) continue;
      this._state(false);
      this._tries = this._heard > began && this._heard - began >= STEADY ? 0 : this._tries + 1;
      await this._pause.wait(backoff(Math.max(0, this._tries - 1), this._random, this._base));
    }
  }

  async _read() {
    const abort = (this._abort = new AbortController());
    let watchdog = setTimeout(() => abort.abort(), WATCHDOG);
    this._heard = Date.now();
    try {
      const headers = { Accept: "text/event-stream", ...this._headers() };
      if (this._id) headers["Last-Event-ID"] = this._id;
      const answer = await this._fetch(this._url, { headers, cache: "no-store", credentials: headers.Authorization ? "omit" : "same-origin", signal: abort.signal });
      if (answer.status !== 200 || !answer.body) return await this._refused(answer);
      const parser = new Parser((event) => this._take(event), { id: (this._told = this._id), onRetry: (ms) => { this._base = Math.min(30_000, ms || 500); } });
      const text = new TextDecoder();
      const reader = answer.body.getReader();
      this._state(true);
      for (;;) {
        const { done, value } = await reader.read();
        if (done || abort.signal.aborted) return;
        this._heard = Date.now();
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), WATCHDOG);
        parser.feed(text.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(watchdog);
      this._abort = null;
      abort.abort();
    }
  }

  async _refused(answer) {
    this._pause.earliest = Date.now() + retryAfter(answer.headers);
    if (answer.status === 401) await this._on.unauthorized();
    if (answer.status === 403 || answer.status === 404) {
      this._live = false;
      this._on.gone(answer.status);
    }
  }

  _take({ kind, data, id }) {
    if (!this._live) return;
    let value;
    try {
      value = JSON.parse(data);
      if (kind === "message") value = expand(value, id);
    } catch {
      return; // not ours to read; the number still counts
    } finally {
      // An event without a number repeats the last one, in whose place there may be another (resume). The short form leaves out the epoch.
      if (id !== this._told) this._id = id.includes(".") ? id : id && this._id.slice(0, this._id.lastIndexOf(".") + 1) + id;
      this._told = id;
    }
    if (kind === "goodbye") this._leave(Number(value.after_ms) || 0);
    this._on.event(kind, value, id);
  }

  /** The node is going away: read on until our own moment in its time, then come back elsewhere. */
  _leave(after) {
    const wait = Math.floor(this._random() * after);
    this._pause.earliest = Date.now() + wait;
    this._tries = 0;
    clearTimeout(this._leaving);
    this._leaving = setTimeout(() => this._abort?.abort(), wait);
  }

  _state(open) {
    if (open === this._open) return;
    this._open = open;
    this._on.state(open);
  }
}
