const BATCH = 250;
const LOOK = 1_000;
const AGAIN = 5_000;

/** Says how far this side has come: received at once, read when the end of the thread has been looked at for a second. */
export class Receipts {
  _post; _looking; _moved; _delivers;
  _delivered = 0; _told = 0; _newest = 0; _seen; _said; _look = null; _batch = null; _off = new AbortController();

  /**
   * @param {{seen: number, delivers: boolean, post: (body: {seq?: number, delivered?: number}) => Promise<any>, looking: () => boolean, moved: () => void}} options
   *   seen: the newest number this side has read; delivers: whether receiving is told too; looking: whether the newest message is
   *   in view of somebody; moved: called when more has been read
   */
  constructor({ seen, delivers, post, looking, moved }) {
    this._seen = this._said = seen;
    this._delivers = delivers;
    this._post = post;
    this._looking = looking;
    this._moved = moved;
    if (typeof document === "undefined") return;
    const { signal } = this._off;
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    addEventListener("focus", () => this.look(), { signal });
  }

  /** The newest number this side has read. */
  get seen() { return this._seen; }

  /** A message of the other side has been drawn. @param {number} seq */
  arrived(seq) {
    this._newest = Math.max(this._newest, seq);
    this._delivered = Math.max(this._delivered, seq);
    if (this._delivers) this._soon(BATCH);
    this.look();
  }

  /** Somebody may be looking now. */
  look() {
    if (this._look || this._newest <= this._seen || !this._looking()) return;
    const upTo = this._newest;
    this._look = setTimeout(() => {
      this._look = null;
      if (!this._looking()) return;
      this._seen = Math.max(this._seen, upTo);
      this._moved();
      this._soon(0);
      this.look();
    }, LOOK);
  }

  /** Begins again, for another log. @param {number} [seen] */
  reset(seen = 0) {
    this._delivered = this._told = this._newest = 0;
    this._seen = this._said = seen;
  }

  /** Stops for good. */
  disconnect() {
    this._off.abort();
    clearTimeout(this._look);
    clearTimeout(this._batch);
    this._batch = NaN;
  }

  _soon(ms) {
    if (this._batch === null) this._batch = setTimeout(() => this._tell(), ms);
  }

  async _tell() {
    this._batch = null;
    const seq = this._seen, delivered = this._delivers ? this._delivered : 0;
    const body = {};
    if (seq > this._said) body.seq = seq;
    if (delivered > this._told) body.delivered = delivered;
    if (!("seq" in body || "delivered" in body)) return;
    try {
      await this._post(body);
      this._said = Math.max(this._said, seq);
      this._told = Math.max(this._told, delivered);
    } catch {
      this._soon(AGAIN);
    }
  }
}
