import { heading, isRow, next, previous, settled } from "./siblings.js";
import { Rows } from "./draw.js";
import { slot } from "./slots.js";
import { Scroll } from "./scroll.js";
import { dayKey } from "./time.js";

/** The log on the screen: rows in the order of their numbers, notes by time among them, what is not accepted yet at the end. */
export class Thread {
  _log; _rows; _words; _marks; _side;

  /**
   * @param {HTMLElement} root the [data-chat] element
   * @param {{words: import("./words.js").Words, marks: import("./marks.js").Marks, onEnd: () => void, onBack: () => void, onRetry: (client: string) => void}} options
   */
  constructor(root, { words, marks, onEnd, onBack, onRetry }) {
    this._log = root.querySelector("[data-log]");
    this._rows = new Rows(root, words);
    this._words = words;
    this._marks = marks;
    this._side = root.dataset.side;
    this.scroll = new Scroll(root, this._log, words, onEnd, onBack);
    this._log.addEventListener("click", (event) => {
      if (event.target.closest('[data-slot="retry"]')) onRetry(event.target.closest("li").dataset.client);
    });
  }

  /** The lowest number drawn, 0 for none. */
  get first() { return Number(this._log.querySelector("li[data-seq]")?.dataset.seq || 0); }

  /** How many rows there are of anything. */
  get size() { return this._log.childElementCount; }

  /** The row of a number. @param {number} seq @returns {HTMLElement | null} */
  at(seq) { return this._log.querySelector(`li[data-seq="${seq}"]`); }

  /** The client id of what is not in the log yet, by its last group. @param {string} end */
  waiting(end) { return this._log.querySelector(`li[data-client$="-${end}"]:not([data-seq])`)?.dataset.client; }

  /** How many messages of the other side stand after a number. @param {number} seen */
  unread(seen) {
    return [...this._log.querySelectorAll(".message[data-seq]")].filter((li) => Number(li.dataset.seq) > seen && li.dataset.by !== this._side).length;
  }

  /** The row of a message of ours, by its client id. @param {string} client @returns {HTMLElement | null} */
  row(client) { return this._byClient(client); }

  /** Draws messages of the log, or notes, where they belong; one that is drawn already is only settled. @param {...any} messages */
  draw(...messages) {
    this.scroll.keep(() => {
      for (const message of messages) this._draw(message);
    });
  }

  /** Draws what the outbox holds, at the end. @param {import("./store.js").Item} item */
  pending(item) {
    if (this._byClient(item.id)) return;
    const li = this._rows.pending(item);
    this._place(li, null);
    if (item.state === "failed") this.failed(item);
    this.scroll.toEnd();
  }

  /** Accepted, though perhaps not yet at its place. @param {string} client */
  accepted(client) {
    const li = this._byClient(client);
    if (li && !li.dataset.seq) this._rows.state(li, "sent");
  }

  /** Being tried again. @param {string} client */
  retrying(client) { const li = this._byClient(client); if (li) this._rows.state(li, "sending"); }

  /** Refused, with the reason in words. @param {import("./store.js").Item} item */
  failed(item) {
    const li = this._byClient(item.id);
    const key = `error.${item.reason}`;
    if (li) this._rows.state(li, "failed", this._words.has(key) ? this._words.say(key) : item.detail || "");
  }

  /** Says anew how far our messages have come, after the marks moved. */
  remark() {
    for (const li of this._log.querySelectorAll(`.message[data-seq][data-by="${this._side}"]`)) this._rows.state(li, this._marks.state(Number(li.dataset.seq)));
  }

  /** Puts the line "new messages" above a message. @param {number} seq */
  divide(seq) {
    const li = this.at(seq);
    if (!li) return;
    const old = this._log.querySelector("[data-unread]");
    const line = old || this._rows.clone("unread");
    this.scroll.keep(() => {
      li.before(line);
      li.classList.remove("message--cont");
    });
  }

  /** Takes everything out but what is not accepted yet. */
  clear() {
    this.scroll.cut = 0;
    for (const li of [...this._log.children]) {
      if (li.dataset.seq || li.dataset.note || "day" in li.dataset || "unread" in li.dataset) li.remove();
    }
  }

  /** Lets go of the page. */
  disconnect() { this.scroll.disconnect(); }

  _draw(message) {
    if (message.kind === "notice" && message.data?.seq) return this._recalled(message);
    let drawn = this._find(message);
    if (drawn?.dataset.seq || drawn?.dataset.note) return;
    if (!drawn && this.scroll.cut && message.kind !== "note" && message.seq > this.scroll.cut) return; // its place is out of the page
    if (drawn && message.kind === "notice") drawn = drawn.remove(); // taken back before we knew that it was accepted
    const li = drawn || this._rows.message(message);
    if (drawn) this._rows.settle(drawn, message);
    this._place(li, this._after(message), drawn);
    if (message.author?.kind === this._side) this._rows.state(li, message.kind === "note" ? "sent" : this._marks.state(message.seq));
  }

  /** A message was taken back: that is said where it stood. */
  _recalled(message) {
    const { seq } = message.data;
    const old = this._log.querySelector(`.message[data-seq="${seq}"]`);
    if (!old) return;
    const li = this._rows.message({ ...message, seq, created_at: old.dataset.at });
    old.replaceWith(li);
    for (const quote of this._log.querySelectorAll(`[data-quote="${seq}"]`)) slot(quote, "excerpt");
    this.tidy(li);
    if (next(li)) this.tidy(next(li));
  }

  _byClient(client) { return client ? this._log.querySelector(`li[data-client="${CSS.escape(client)}"]`) : null; }

  _find(message) {
    const place = message.kind === "note" ? `li[data-note="${message.seq}"]` : `li[data-seq="${message.seq}"]`;
    return this._log.querySelector(place) || this._byClient(message.client_id);
  }

  /** The row before which a message stands: the first with a later number (a later time, for a note), else the first pending one. */
  _after(message) {
    const rows = [...this._log.children].filter((li) => isRow(li) && (!message.client_id || li.dataset.client !== message.client_id));
    const later = message.kind === "note"
      ? (li) => !settled(li) || Date.parse(li.dataset.at) > Date.parse(message.created_at)
      : (li) => !settled(li) || Number(li.dataset.seq) > message.seq;
    let found = null;
    for (let i = rows.length - 1; i >= 0; i--) {
      if (later(rows[i])) found = rows[i];
      else if (rows[i].dataset.seq || message.kind === "note") break;
    }
    return found;
  }

  _place(li, before, drawn = null) {
    const moves = !drawn || (before && before.compareDocumentPosition(li) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (moves) this._log.insertBefore(li, before ? heading(before) : this._log.querySelector(":scope > [data-typing]"));
    this.tidy(li);
    if (next(li)) this.tidy(next(li));
  }

  /** Sees to the day above a row and to whether it goes on the row before. */
  tidy(li) {
    const before = previous(li);
    let line = li.previousElementSibling, day = null, unread = false;
    for (; line && line !== before; line = line.previousElementSibling) {
      if ("day" in line.dataset) day = line;
      if ("unread" in line.dataset) unread = true;
    }
    const at = new Date(li.dataset.at);
    const turns = !before || (before.dataset.at && dayKey(at) !== dayKey(new Date(before.dataset.at)));
    if (turns && !day) this._log.insertBefore(this._rows.day(at), heading(li));
    else if (!turns && day) day.remove();
    li.classList.toggle("message--cont", !turns && !unread && this._rows.continues(li, before));
  }
}
