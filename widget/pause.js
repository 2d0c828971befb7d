/** A wait that can be cut short, though never below a moment somebody asked for. */
export class Pause {
  _skip = null;

  /** The moment before which nothing may cut a wait short, in milliseconds since 1970. */
  earliest = 0;

  /** Waits, at least until earliest. @param {number} ms */
  async wait(ms) {
    const until = Date.now() + ms;
    let awake = false;
    for (;;) {
      const left = (awake ? this.earliest : Math.max(until, this.earliest)) - Date.now();
      if (left <= 0) break;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this._skip = () => { awake = true; clearTimeout(timer); resolve(); };
      });
    }
    this._skip = null;
  }

  /** Cuts the wait short. */
  skip() { this._skip?.(); }
}
