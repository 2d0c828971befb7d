import { backoff } from "./backoff.js";

const REFUSED = new Set([400, 403, 404, 409, 413, 415, 422]);

/** Whether sending the same again cannot help. @param {number} status */
export function refused(status) { return REFUSED.has(status); }

/** One lane's patience: how often it has failed in a row, and when it may try again. */
export class Lane {
  _tries = 0; _earliest = 0; _refreshed = false; _timer = null; _random;

  /** Whether a send is under way. */
  busy = false;

  /** @param {() => number} random */
  constructor(random) { this._random = random; }

  /** Whether it waits before it tries again. */
  get waiting() { return this._timer !== null; }

  /** An answer has come, good or final. */
  went() {
    this._tries = this._earliest = 0;
    this._refreshed = false;
  }

  /**
   * No answer, or one that a later try may better. Returns how many milliseconds to wait, 0 after a new session was got.
   * @param {{status?: number, after?: number}} problem @param {() => Promise<void>} refresh
   */
  async held(problem, refresh) {
    if (problem.status === 401 && !this._refreshed) {
      this._refreshed = true; // once in a row: a session that is refused again waits like any other trouble
      if (await refresh().then(() => true, () => false)) return 0;
    }
    const after = problem.after || 0;
    this._earliest = Date.now() + after;
    return Math.max(1, after, backoff(this._tries++, this._random));
  }

  /** @param {number} ms @param {() => void} then */
  wait(ms, then) {
    this._timer = setTimeout(() => {
      this._timer = null;
      then();
    }, ms);
  }

  /** Ends the wait, unless the server asked for it. Returns whether the lane may go on. */
  wake() {
    if (this.busy || Date.now() < this._earliest) return false;
    this.stop();
    return true;
  }

  /** Forgets the wait. */
  stop() {
    clearTimeout(this._timer);
    this._timer = null;
  }
}
