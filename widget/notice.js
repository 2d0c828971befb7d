import { slot } from "./draw.js";

const PATIENCE = 2_000;
const SLOW = 8_000;

/** The bar that says what is wrong with the line, once it has been wrong for a while, and how much waits to be sent. */
export class Notice {
  #place; #words; #waiting; #lost = 0; #degraded = false; #timer = null; #off = new AbortController();

  /** @param {HTMLElement} root @param {{words: import("./words.js").Words, waiting: () => {at: number, state: string}[]}} options waiting: the outbox's items */
  constructor(root, { words, waiting }) {
    this.#place = root.querySelector("[data-notice]");
    this.#words = words;
    this.#waiting = waiting;
    for (const event of ["online", "offline"]) addEventListener(event, () => this.update(), { signal: this.#off.signal });
  }

  /** @param {boolean} open whether the stream is */
  stream(open) {
    this.#lost = open ? 0 : this.#lost || Date.now();
    this.update();
  }

  /** @param {boolean} degraded whether the server says that its database is away */
  degraded(degraded) {
    this.#degraded = degraded;
    this.update();
  }

  /** Looks again. */
  update() {
    clearTimeout(this.#timer);
    const pending = this.#waiting().filter((i) => i.state === "pending");
    const now = Date.now();
    const lost = this.#lost > 0 && now - this.#lost >= PATIENCE;
    const slow = pending.some((i) => now - i.at >= SLOW);
    let words = "";
    if (lost) words = this.#words.say(navigator.onLine === false ? "offline" : "reconnecting");
    else if (this.#degraded || slow) words = this.#words.say("degraded");
    if (words && pending.length > 0) words += ` ${this.#words.say("queued", { n: pending.length })}`;
    this.#show(words);
    if (this.#lost > 0 || pending.length > 0) this.#timer = setTimeout(() => this.update(), 1_000);
  }

  /** Lets go of the page. */
  disconnect() {
    this.#off.abort();
    clearTimeout(this.#timer);
  }

  #show(words) {
    if (!this.#place) return;
    if (words && this.#place.querySelector('[data-slot="text"]').textContent !== words) slot(this.#place, "text", words);
    this.#place.hidden = !words;
  }
}
