import { backoff } from "./backoff.js";
import { Gap } from "./gap.js";

/** Feeds a Gap from the stream and, when it says so, from the log. Gives every message once, in order. */
export class CatchUp {
  _gap; _fetch; _release;
  _timer = null; _pulling = null; _round = 0; _tries = 0;

  /**
   * @param {{last: number, fetch: (after: number) => Promise<{messages: any[], has_more: boolean}>, release: (message: any) => void}} options
   */
  constructor({ last, fetch, release }) {
    this._gap = new Gap(last);
    this._fetch = fetch;
    this._release = release;
  }

  /** Called after each page of a pull. */
  passed = () => {};

  /** The newest number given out. */
  get last() { return this._gap.last; }

  /** Takes a message from anywhere. */
  push(message) {
    this._gap.push(message, Date.now()).forEach(this._release);
    this._plan();
  }

  /** Takes the log's newest number as a heartbeat tells it. @param {number} seq */
  head(seq) {
    this._gap.head(seq, Date.now());
    this._plan();
  }

  /** Fetches a message of which we were told too little, at once. @param {number} seq */
  lacks(seq) {
    this._gap.head(seq, Date.now());
    this.pull().catch(() => {});
  }

  /** Begins again after another number; a fetch under way no longer counts. @param {number} last */
  reset(last) {
    this._round++;
    this._pulling = null;
    this._gap.reset(last);
    this._plan();
  }

  /** Fetches everything after the newest number given out. Rejects when that failed; it is tried again by itself. */
  pull() {
    clearTimeout(this._timer);
    this._pulling ??= this._pull(this._round);
    return this._pulling;
  }

  /** Stops for good. */
  stop() {
    this._round = NaN;
    clearTimeout(this._timer);
  }

  async _pull(round) {
    try {
      for (let more = true; more; ) {
        const after = this._gap.last;
        const page = await this._fetch(after);
        if (round !== this._round) return;
        for (const message of page.messages) this._gap.push(message, Date.now()).forEach(this._release);
        this.passed();
        more = page.has_more && this._gap.last > after;
      }
      this._tries = 0;
    } catch (error) {
      this._tries++;
      throw error;
    } finally {
      if (round === this._round) {
        this._pulling = null;
        this._gap.fetched(Date.now());
        this._plan();
      }
    }
  }

  _plan() {
    clearTimeout(this._timer);
    const due = this._gap.due();
    if (due === Infinity || this._pulling || Number.isNaN(this._round)) return;
    const wait = Math.max(0, due - Date.now()) + (this._tries > 0 ? backoff(this._tries) : 0);
    this._timer = setTimeout(() => this.pull().catch(() => {}), wait);
  }
}
