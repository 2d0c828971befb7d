// What is needed only by somebody who reads back, or when a log was replaced: a script of its own, which the pane fetches.
import { next, settled } from "./siblings.js";

const NEWEST = Number.MAX_SAFE_INTEGER;
const PAGE = 50;
const MOST = 150; // rows of the log at once: some 9,000 px, of which a tall phone shows 900
const NEAR = 1_500;

/**
 * What is not on the screen yet, or no longer: earlier messages come before the reader gets to them, and rows far away are taken out and put
 * back from the log, at both ends, so that ten thousand messages scroll like a hundred and fifty.
 */
export class History {
  _root; _button; _log; _side; _thread; _scroll; _catchup; _page; _busy = false; _first; _ours = new Map();

  /**
   * @param {HTMLElement} root
   * @param {{thread: import("./thread.js").Thread, catchup: import("./catchup.js").CatchUp, page: (query: string) => Promise<{messages: any[], has_more: boolean}>}} options
   */
  constructor(root, { thread, catchup, page }) {
    this._button = root.querySelector("[data-earlier]");
    this._root = root;
    this._log = root.querySelector("[data-log]");
    this._side = root.dataset.side;
    this._thread = thread;
    this._scroll = thread.scroll;
    this._catchup = catchup;
    this._page = page;
    this._first = thread.first;
    this._scroll.back = () => this.newest();
  }

  /** Fetches what the reader is about to reach. */
  look() {
    const { scrollTop, scrollHeight, clientHeight } = this._scroll.box; // column-reverse: the end is 0, and above it is negative
    if (clientHeight === 0) return;
    if (scrollHeight - clientHeight + scrollTop < NEAR && this._first > 1) this.earlier();
    else if (-scrollTop < NEAR && this._scroll.cut) this._later();
  }

  /** Draws the page before the first message. Rejects when it did not come. */
  earlier() {
    return this._run(`before=${this._first || NEWEST}`, ({ messages }) => {
      this._first = messages.length > 0 ? messages[0].seq : 1;
      this._thread.draw(...messages);
      for (const { seq } of messages) this._thread.at(seq)?.classList.add("message--far");
      this._trim(false);
    });
  }

  /** Goes to the newest message, where it has been taken out. */
  newest() {
    return this._run(`before=${NEWEST}`, ({ messages }) => {
      this._keep();
      this._thread.clear();
      this._scroll.cut = 0;
      this._first = messages[0]?.seq ?? 0;
      this._join(messages);
      this._scroll.toEnd();
    });
  }

  /** Draws what stands around a message in place of what is drawn. @param {number} seq */
  around(seq) {
    return this._run(`before=${seq + PAGE / 2}`, ({ messages }) => {
      this._keep();
      this._thread.clear();
      this._first = messages[0]?.seq ?? 0;
      this._join(messages);
    });
  }

  /** More and more is drawn by itself: what is far from the reader goes. */
  trim() {
    const rows = this._rows(), top = this._scroll.box.getBoundingClientRect().top;
    this._trim(this._scroll.atEnd || rows.findIndex((li) => li.getBoundingClientRect().bottom > top) > rows.length / 2);
  }

  /** Reads the whole log anew, however long it takes, and writes again what was ours in the old one and is missing in it. @param {(draft: any) => Promise<void>} write */
  async again(write) {
    this._keep();
    const ours = this._ours;
    this._ours = new Map();
    this._thread.clear();
    this._scroll.cut = this._first = 0;
    this._tell();
    this._catchup.reset(0);
    const there = new Set();
    const look = () => { for (const { id } of this._own()) there.add(id); };
    this._catchup.passed = () => {
      look();
      this.trim();
    };
    while (!(await this._catchup.pull().then(() => true, () => false))) await new Promise((resolve) => setTimeout(resolve, 2_000));
    look();
    this._catchup.passed = () => {};
    for (const { id, text, author } of ours.values()) {
      if (!there.has(id) && (this._side === "visitor" || author === this._root.dataset.agent)) await write({ id, text, kind: "text" });
    }
  }

  _later() {
    return this._run(`after=${this._scroll.cut}`, ({ messages }) => {
      this._join(messages);
      this._trim(true);
    });
  }

  async _run(query, draw) {
    if (this._busy) return;
    this._busy = true;
    if (this._button) this._button.ariaBusy = "true";
    try {
      draw(await this._page(`${query}&limit=${PAGE}`));
      this._tell();
    } finally {
      this._busy = false;
      if (this._button) this._button.ariaBusy = null;
    }
    this.look();
  }

  /** Draws messages at the lower end. Unless they are the newest that are known, the rest stays cut off. */
  _join(messages) {
    const last = messages.length > 0 ? messages[messages.length - 1].seq : NEWEST;
    this._scroll.cut = last;
    this._thread.draw(...messages);
    if (last >= this._catchup.last) this._scroll.cut = 0;
  }

  /** Takes out what is far from the reader: at the start of the log, or at its end. Notes, which no page of the log has, stay. */
  _trim(start) {
    const rows = this._rows(), over = rows.length - MOST;
    if (over <= 0) return;
    this._keep();
    const stays = start ? rows[over] : rows[MOST - 1];
    const side = start ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
    this._scroll.keep(() => {
      for (const li of [...stays.parentNode.children]) if (stays.compareDocumentPosition(li) & side && !("note" in li.dataset) && (settled(li) || "day" in li.dataset || "unread" in li.dataset)) li.remove();
      const row = start ? stays : next(stays);
      if (row) this._thread.tidy(row);
    });
    if (start) this._first = Number(stays.dataset.seq);
    else this._scroll.cut = Number(stays.dataset.seq);
    this._tell();
  }

  /** The rows of the log's messages, oldest first. @returns {HTMLElement[]} */
  _rows() { return [...this._log.querySelectorAll("li[data-seq]")]; }

  /** Our own messages with a client id, oldest first. */
  _own() {
    return [...this._log.querySelectorAll(`li[data-seq][data-client][data-by="${this._side}"]`)].filter((li) => li.querySelector(".bubble")).map((li) => ({ id: li.dataset.client, author: li.dataset.author, text: li.querySelector('[data-slot="text"]')?.textContent ?? "" }));
  }

  /** Remembers what was ours, for when the server has lost it. */
  _keep() { for (const own of this._own()) this._ours.set(own.id, own); }

  _tell() { if (this._button) this._button.hidden = !(this._first > 1); }
}
