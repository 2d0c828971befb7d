const BATCH = 250;
const LOOK = 1_000;
const AGAIN = 5_000;

/** Says how far this side has come: received at once, read when the end of the thread has been looked at for a second. */
export class Receipts {
  #post; #looking; #moved; #delivers;
  #delivered = 0; #told = 0; #newest = 0; #seen; #said; #look = null; #batch = null; #off = new AbortController();

  /**
   * @param {{seen: number, delivers: boolean, post: (body: {seq?: number, delivered?: number}) => Promise<any>, looking: () => boolean, moved: () => void}} options
   *   seen: the newest number this side has read; delivers: whether receiving is told too; looking: whether the newest message is
   *   in view of somebody; moved: called when more has been read
   */
  constructor({ seen, delivers, post, looking, moved }) {
    this.#seen = this.#said = seen;
    this.#delivers = delivers;
    this.#post = post;
    this.#looking = looking;
    this.#moved = moved;
    if (typeof document === "undefined") return;
    const { signal } = this.#off;
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    addEventListener("focus", () => this.look(), { signal });
  }

  /** The newest number this side has read. */
  get seen() { return this.#seen; }

  /** A message of the other side has been drawn. @param {number} seq */
  arrived(seq) {
    this.#newest = Math.max(this.#newest, seq);
    this.#delivered = Math.max(this.#delivered, seq);
    if (this.#delivers) this.#soon(BATCH);
    this.look();
  }

  /** Somebody may be looking now. */
  look() {
    if (this.#look || this.#newest <= this.#seen || !this.#looking()) return;
    const upTo = this.#newest;
    this.#look = setTimeout(() => {
      this.#look = null;
      if (!this.#looking()) return;
      this.#seen = Math.max(this.#seen, upTo);
      this.#moved();
      this.#soon(0);
      this.look();
    }, LOOK);
  }

  /** Begins again, for another log. @param {number} [seen] */
  reset(seen = 0) {
    this.#delivered = this.#told = this.#newest = 0;
    this.#seen = this.#said = seen;
  }

  /** Stops for good. */
  disconnect() {
    this.#off.abort();
    clearTimeout(this.#look);
    clearTimeout(this.#batch);
    this.#batch = NaN;
  }

  #soon(ms) {
    if (this.#batch === null) this.#batch = setTimeout(() => this.#tell(), ms);
  }

  async #tell() {
    this.#batch = null;
    const seq = this.#seen, delivered = this.#delivers ? this.#delivered : 0;
    const body = {};
    if (seq > this.#said) body.seq = seq;
    if (delivered > this.#told) body.delivered = delivered;
    if (!("seq" in body || "delivered" in body)) return;
    try {
      await this.#post(body);
      this.#said = Math.max(this.#said, seq);
      this.#told = Math.max(this.#told, delivered);
    } catch {
      this.#soon(AGAIN);
    }
  }
}
