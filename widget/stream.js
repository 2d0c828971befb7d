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
  #url; #on; #headers; #fetch; #random;
  #id; #told = ""; #base = 500; #tries = 0; #live = false; #open = false;
  #pause = new Pause(); #heard = 0; #abort = null; #leaving = null; #unwake = null; #held = false;

  /**
   * @param {string} url
   * @param {{event: (kind: string, data: any, id: string) => void, state?: (open: boolean) => void,
   *   unauthorized?: () => Promise<void>, gone?: (status: number) => void}} on
   * @param {{id?: string, headers?: () => Record<string, string>, fetch?: typeof fetch, random?: () => number}} [options]
   */
  constructor(url, on, { id = "", headers = () => ({}), fetch: get = (...a) => fetch(...a), random = Math.random } = {}) {
    this.#url = url;
    this.#on = { state() {}, async unauthorized() {}, gone() {}, ...on };
    this.#id = id;
    this.#headers = headers;
    this.#fetch = get;
    this.#random = random;
  }

  /** The number the next connection goes on from. */
  get id() { return this.#id; }

  /** Goes on from another number at the next connection. @param {string} id */
  resume(id) { this.#id = id; }

  /** Starts, once. */
  connect() {
    if (this.#live) return;
    this.#live = true;
    this.#unwake = onWake((thawed) => this.wake(thawed));
    this.#run();
  }

  /** Stops for good. */
  disconnect() {
    this.#live = false;
    this.#unwake?.();
    clearTimeout(this.#leaving);
    this.#abort?.abort();
    this.#pause.earliest = 0;
    this.#pause.skip();
    this.#state(false);
  }

  /** Tries at once if it was waiting, and drops a connection that has been silent for too long. */
  wake(thawed = false) {
    if (this.#abort && (thawed || Date.now() - this.#heard > STALE)) this.#abort.abort();
    this.#pause.skip();
  }

  /** Lets the connection go until it is taken up again, by its number. @param {boolean} held */
  hold(held) {
    if (held === this.#held) return;
    this.#held = held;
    if (held) return this.#abort?.abort();
    this.#state(false); // what is missed is told from now on, not for the time nobody looked
    this.#pause.skip();
  }

  async #run() {
    while (this.#live) {
      if (this.#held) {
        await this.#pause.wait(DAY);
        continue;
      }
      const began = Date.now();
      try {
        await this.#read();
      } catch {
        // every way to lose the line is mended the same way: by coming back
      }
      clearTimeout(this.#leaving);
      if (!this.#live) return;
      if (this.#held) continue;
      this.#state(false);
      this.#tries = this.#heard > began && this.#heard - began >= STEADY ? 0 : this.#tries + 1;
      await this.#pause.wait(backoff(Math.max(0, this.#tries - 1), this.#random, this.#base));
    }
  }

  async #read() {
    const abort = (this.#abort = new AbortController());
    let watchdog = setTimeout(() => abort.abort(), WATCHDOG);
    this.#heard = Date.now();
    try {
      const headers = { Accept: "text/event-stream", ...this.#headers() };
      if (this.#id) headers["Last-Event-ID"] = this.#id;
      const answer = await this.#fetch(this.#url, { headers, cache: "no-store", credentials: headers.Authorization ? "omit" : "same-origin", signal: abort.signal });
      if (answer.status !== 200 || !answer.body) return await this.#refused(answer);
      const parser = new Parser((event) => this.#take(event), { id: (this.#told = this.#id), onRetry: (ms) => { this.#base = Math.min(30_000, ms || 500); } });
      const text = new TextDecoder();
      const reader = answer.body.getReader();
      this.#state(true);
      for (;;) {
        const { done, value } = await reader.read();
        if (done || abort.signal.aborted) return;
        this.#heard = Date.now();
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), WATCHDOG);
        parser.feed(text.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(watchdog);
      this.#abort = null;
      abort.abort();
    }
  }

  async #refused(answer) {
    this.#pause.earliest = Date.now() + retryAfter(answer.headers);
    if (answer.status === 401) await this.#on.unauthorized();
    if (answer.status === 403 || answer.status === 404) {
      this.#live = false;
      this.#on.gone(answer.status);
    }
  }

  #take({ kind, data, id }) {
    if (!this.#live) return;
    let value;
    try {
      value = JSON.parse(data);
      if (kind === "message") value = expand(value, id);
    } catch {
      return; // not ours to read; the number still counts
    } finally {
      // An event without a number repeats the last one, in whose place there may be another (resume). The short form leaves out the epoch.
      if (id !== this.#told) this.#id = id.includes(".") ? id : id && this.#id.slice(0, this.#id.lastIndexOf(".") + 1) + id;
      this.#told = id;
    }
    if (kind === "goodbye") this.#leave(Number(value.after_ms) || 0);
    this.#on.event(kind, value, id);
  }

  /** The node is going away: read on until our own moment in its time, then come back elsewhere. */
  #leave(after) {
    const wait = Math.floor(this.#random() * after);
    this.#pause.earliest = Date.now() + wait;
    this.#tries = 0;
    clearTimeout(this.#leaving);
    this.#leaving = setTimeout(() => this.#abort?.abort(), wait);
  }

  #state(open) {
    if (open === this.#open) return;
    this.#open = open;
    this.#on.state(open);
  }
}
