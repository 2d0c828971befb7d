const HOLE = 300; // seq+2 without seq+1 for this long, and it is fetched
const BEHIND = 1_000; // the log's head ahead of us for this long, and we fetch
const HELD = 500;

/**
 * Puts a conversation's messages in order, whatever order and however often they come: each leaves once, as 1, 2, 3 … .
 * It keeps no timer and no connection; due() says when somebody should fetch what is missing.
 * @template {{seq: number}} M
 */
export class Gap {
  #last;
  #head = 0;
  /** @type {Map<number, M>} */
  #held = new Map();
  #hole = Infinity;
  #behind = Infinity;

  /** @param {number} [last] the newest number that has been shown */
  constructor(last = 0) { this.#last = last; }

  /** The newest number given out. */
  get last() { return this.#last; }

  /**
   * Takes a message and returns those that may be shown now, in order.
   * @param {M} message @param {number} now milliseconds @returns {M[]}
   */
  push(message, now) {
    const seq = message.seq;
    if (!(seq > this.#last)) return [];
    if (seq === this.#last + 1 || this.#held.size < HELD) this.#held.set(seq, message);
    else this.head(seq, now); // too many to hold: fetched again when their turn comes
    const ready = [];
    for (let next; (next = this.#held.get(this.#last + 1)); ) {
      this.#held.delete(++this.#last);
      ready.push(next);
    }
    if (ready.length > 0) this.#arm(now);
    else if (this.#hole === Infinity) this.#hole = now;
    return ready;
  }

  /** Takes the log's newest number as somebody told it. @param {number} seq @param {number} now */
  head(seq, now) {
    if (seq > this.#head) this.#head = seq;
    if (this.#head > this.#last && this.#behind === Infinity) this.#behind = now;
  }

  /** When to fetch what is after last; Infinity while nothing is missing. @returns {number} milliseconds */
  due() { return Math.min(this.#hole + HOLE, this.#behind + BEHIND); }

  /** Says that a fetch has ended, well or not: what is still missing is waited for anew. @param {number} now */
  fetched(now) { this.#arm(now); }

  /** Begins again after another number. @param {number} last */
  reset(last) {
    this.#last = last;
    this.#head = 0;
    this.#held.clear();
    this.#hole = this.#behind = Infinity;
  }

  #arm(now) {
    for (const seq of this.#held.keys()) if (seq <= this.#last) this.#held.delete(seq);
    this.#hole = this.#held.size > 0 ? now : Infinity;
    this.#behind = this.#head > this.#last ? now : Infinity;
  }
}
