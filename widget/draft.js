import { newID } from "./id.js";
import { recall, remember } from "./memory.js";

/** What is being written, with the client id it will be sent under, so that sending it twice is harmless. */
export class Draft {
  _key; _timer = null;

  /** The client id. */
  id = newID();
  text = "";
  kind = "text";

  /** @param {string} key where it is kept */
  constructor(key) {
    this._key = `support-draft:${key}`;
    try {
      Object.assign(this, JSON.parse(recall(this._key) || "{}"));
    } catch {
      // written by another version: nothing to take over
    }
  }

  /** Takes what the field holds and keeps it, soon. @param {string} text @param {"text"|"note"} kind */
  change(text, kind) {
    this.text = text;
    this.kind = kind;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.save(), 300);
  }

  /** Keeps it now. */
  save() {
    clearTimeout(this._timer);
    const { id, text, kind } = this;
    remember(this._key, text.trim() ? JSON.stringify({ id, text, kind }) : "");
  }

  /** Hands over what is written and begins the next; the kept copy stays until done(). @returns {{id: string, text: string, kind: "text"|"note"}} */
  take() {
    const { id, text, kind } = this;
    clearTimeout(this._timer);
    this.id = newID();
    this.text = "";
    return { id, text, kind };
  }

  /** The outbox has what was taken: the kept copy goes, unless something new has been written over it. */
  done() { this.save(); }
}
