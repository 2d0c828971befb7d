import { backoff } from "./backoff.js";
import { Gap } from "./gap.js";

/** Feeds a Gap from the stream and, when it says so, from the log. Gives every message once, in order. */
export class CatchUp {
  #gap; #fetch; #release;
  #timer = null; #pulling = null; #round = 0; #tries = 0;

  /**
   * @param {{last: number, fetch: (after: number) => Promise<{messages: any[], has_more: boolean}>, release: (message: any) => void}} options
   */
  constructor({ last, fetch, release }) {
    this.#gap = new Gap(last);
    this.#fetch = fetch;
    this.#release = release;
  }

  /** The newest number given out. */
  get last() { return this.#gap.last; }

  /** Takes a message from anywhere. */
  push(message) {
    this.#gap.push(message, Date.now()).forEach(this.#release);
    this.#plan();
  }

  /** Takes the log's newest number as a heartbeat tells it. @param {number} seq */
  head(seq) {
    this.#gap.head(seq, Date.now());
    this.#plan();
  }

  /** Fetches a message of which we were told too little, at once. @param {number} seq */
  lacks(seq) {
    this.#gap.head(seq, Date.now());
    this.pull().catch(() => {});
  }

  /** Begins again after another number; a fetch under way no longer counts. @param {number} last */
  reset(last) {
    this.#round++;
    this.#pulling = null;
    this.#gap.reset(last);
    this.#plan();
  }

  /** Fetches everything after the newest number given out. Rejects when that failed; it is tried again by itself. */
  pull() {
    clearTimeout(this.#timer);
    this.#pulling ??= this.#pull(this.#round);
    return this.#pulling;
  }

  /** Stops for good. */
  stop() {
    this.#round = NaN;
    clearTimeout(this.#timer);
  }

  async #pull(round) {
    try {
      for (let more = true; more; ) {
        const after = this.#gap.last;
        const page = await this.#fetch(after);
        if (round !== this.#round) return;
        for (const message of page.messages) this.#gap.push(message, Date.now()).forEach(this.#release);
        more = page.has_more && this.#gap.last > after;
      }
      this.#tries = 0;
    } catch (error) {
      this.#tries++;
      throw error;
    } finally {
      if (round === this.#round) {
        this.#pulling = null;
        this.#gap.fetched(Date.now());
        this.#plan();
      }
    }
  }

  #plan() {
    clearTimeout(this.#timer);
    const due = this.#gap.due();
    if (due === Infinity || this.#pulling || Number.isNaN(this.#round)) return;
    const wait = Math.max(0, due - Date.now()) + (this.#tries > 0 ? backoff(this.#tries) : 0);
    this.#timer = setTimeout(() => this.pull().catch(() => {}), wait);
  }
}
