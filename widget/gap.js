const HOLE = 300; // seq+2 without seq+1 for this long, and it is fetched
const BEHIND = 1_000; // the log's head ahead of us for this long, and we fetch
const HELD = 500;

/**
 * Puts a conversation's messages in order, whatever order and however often they come: each leaves once, as 1, 2, 3 … .
 * It keeps no timer and no connection; due() says when somebody should fetch what is missing.
 * @template {{seq: number}} M
 */
export class Gap {
  _last;
  _head = 0;
  /** @type {Map<number, M>} */
  _held = new Map();
  _hole = Infinity;
  _behind = Infinity;

  /** @param {number} [last] the newest number that has been shown */
  constructor(last = 0) { this._last = last; }

  /** The newest number given out. */
  get last() { return this._last; }

  /**
   * Takes a message and returns those that may be shown now, in order.
   * @param {M} message @param {number} now milliseconds @returns {M[]}
   */
  push(message, now) {
    const seq = message.seq;
    if (!(seq > this._last)) return [];
    if (seq === this._last + 1 || this._held.size < HELD) this._held.set(seq, message);
    else this.head(seq, now); // too many to hold: fetched again when their turn comes
    const ready = [];
    for (let next; (next = this._held.get(this._last + 1)); ) {
      this._held.delete(++this._last);
      ready.push(next);
    }
    if (ready.length > 0) this._arm(now);
    else if (this._hole === Infinity) this._hole = now;
    return ready;
  }

  /** Takes the log's newest number as somebody told it. @param {number} seq @param {number} now */
  head(seq, now) {
    if (seq > this._head) this._head = seq;
    if (this._head > this._last && this._behind === Infinity) this._behind = now;
  }

  /** When to fetch what is after last; Infinity while nothing is missing. @returns {number} milliseconds */
  due() { return Math.min(this._hole + HOLE, this._behind + BEHIND); }

  /** Says that a fetch has ended, well or not: what is still missing is waited for anew. @param {number} now */
  fetched(now) { this._arm(now); }

  /** Begins again after another number. @param {number} last */
  reset(last) {
    this._last = last;
    this._head = 0;
    this._held.clear();
    this._hole = this._behind = Infinity;
  }

  _arm(now) {
    for (const seq of this._held.keys()) if (seq <= this._last) this._held.delete(seq);
    this._hole = this._held.size > 0 ? now : Infinity;
    this._behind = this._head > this._last ? now : Infinity;
  }
}
