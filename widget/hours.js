import { fetchPage } from "./swap.js";

const SPREAD = 600_000, LONGEST = 2_000_000_000;

/**
 * Keeps the page of a line that closes right: it turns by itself when the line does. Loaded only where there are hours.
 * What comes after that is asked for within ten minutes, so that not everybody asks at closing time.
 */
export class Hours {
  _root; _words; _timer; _soon;

  /** @param {HTMLElement} root the [data-chat] element @param {import("./words.js").Words} words */
  constructor(root, words) {
    this._root = root;
    this._words = words;
    this._arm();
    if (root.dataset.zone !== this._zone) this._look(); // it was drawn before anybody knew where she is
  }

  get _zone() { return new Intl.DateTimeFormat().resolvedOptions().timeZone; }

  _arm() {
    clearTimeout(this._timer);
    const ms = Number(this._root.dataset.turns) * 1000;
    if (ms > 0 && ms < LONGEST) this._timer = setTimeout(() => this._turn(), ms); // a longer one would ring at once
  }

  _turn() {
    const data = this._root.dataset;
    data.shut = data.then;
    data.turns = "0";
    this._show();
    this._soon = setTimeout(() => this._look(), Math.random() * SPREAD);
  }

  /** Reads from a page drawn now when the line opens and closes. */
  async _look() {
    clearTimeout(this._soon);
    const here = new URL(location.href);
    here.searchParams.set("zone", this._zone);
    const page = await fetchPage(here.pathname + here.search).catch(() => null);
    const now = page?.querySelector("[data-chat]")?.dataset;
    if (!now) return;
    for (const name of ["shut", "then", "turns"]) this._root.dataset[name] = now[name] ?? "";
    this._show();
    this._arm();
  }

  /** Says so where it is said; see Status, which does the same with every piece of news. */
  _show() {
    const { shut, status, holder } = this._root.dataset;
    const say = (selector, words) => { for (const place of this._root.querySelectorAll(selector)) place.textContent = words; };
    for (const note of this._root.querySelectorAll("[data-who-note]")) {
      if (!holder && status !== "closed") note.textContent = shut || (status === "waiting" ? this._words.say("connecting") : note.dataset.alone);
    }
    say('[data-queue] [data-slot="estimate"]', shut || this._words.say("queue_wait"));
  }
}
