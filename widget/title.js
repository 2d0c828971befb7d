/** The page's title, with how much is unread before it. */
export class Title {
  _words; _base; _n = 0;

  /** @param {import("./words.js").Words} words */
  constructor(words) {
    this._words = words;
    this._base = document.title;
  }

  /** @param {number} n */
  set unread(n) {
    this._n = n;
    document.title = n > 0 ? this._words.say("title_unread", { n: n > 99 ? "99+" : n, title: this._base }) : this._base;
  }

  /** Another thing is shown. @param {string} base */
  set base(base) {
    this._base = base;
    this.unread = this._n;
  }
}
