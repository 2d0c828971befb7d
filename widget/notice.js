import { slot } from "./slots.js";

const PATIENCE = 2_000;
const SLOW = 8_000;

/** The bar that says what is wrong with the line, once it has been wrong for a while, and how much waits to be sent. */
export class Notice {
  _place; _words; _waiting; _lost = 0; _degraded = false; _said = ""; _timer = null; _off = new AbortController();

  /** @param {HTMLElement} root @param {{words: import("./words.js").Words, waiting: () => {at: number, state: string}[]}} options waiting: the outbox's items */
  constructor(root, { words, waiting }) {
    this._place = root.querySelector("[data-notice]");
    this._words = words;
    this._waiting = waiting;
    for (const event of ["online", "offline"]) addEventListener(event, () => this.update(), { signal: this._off.signal });
  }

  /** @param {boolean} open whether the stream is */
  stream(open) {
    this._lost = open ? 0 : this._lost || Date.now();
    this.update();
  }

  /** @param {boolean} degraded whether the server says that its database is away */
  degraded(degraded) {
    this._degraded = degraded;
    this.update();
  }

  /** Says something else for a while. @param {string} words */
  tell(words) {
    this._said = words;
    setTimeout(() => {
      if (this._said === words) this._said = "";
      this.update();
    }, SLOW);
    this.update();
  }

  /** Looks again. */
  update() {
    clearTimeout(this._timer);
    const pending = this._waiting().filter((i) => i.state === "pending");
    const now = Date.now();
    const lost = this._lost > 0 && now - this._lost >= PATIENCE;
    const slow = pending.some((i) => now - i.at >= SLOW);
    let words = this._said;
    if (!words && lost) words = this._words.say(navigator.onLine === false ? "offline" : "reconnecting");
    else if (!words && (this._degraded || slow)) words = this._words.say("degraded");
    if (words && pending.length > 0) words += ` ${this._words.say("queued", { n: pending.length })}`;
    this._show(words);
    if (this._lost > 0 || pending.length > 0) this._timer = setTimeout(() => this.update(), 1_000);
  }

  /** Lets go of the page. */
  disconnect() {
    this._off.abort();
    clearTimeout(this._timer);
  }

  _show(words) {
    if (!this._place) return;
    if (words && this._place.querySelector('[data-slot="text"]').textContent !== words) slot(this._place, "text", words);
    this._place.hidden = !words;
  }
}
