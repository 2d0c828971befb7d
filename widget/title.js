/** The page's title, with how much is unread before it. */
export class Title {
  #words; #base; #n = 0;

  /** @param {import("./words.js").Words} words */
  constructor(words) {
    this.#words = words;
    this.#base = document.title;
  }

  /** @param {number} n */
  set unread(n) {
    this.#n = n;
    document.title = n > 0 ? this.#words.say("title_unread", { n: n > 99 ? "99+" : n, title: this.#base }) : this.#base;
  }

  /** Another thing is shown. @param {string} base */
  set base(base) {
    this.#base = base;
    this.unread = this.#n;
  }
}
