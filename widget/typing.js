import { slot } from "./slots.js";

const EVERY = 3_000;
const LASTS = 6_000;

/** Tells the other side that somebody types, now and then, and shows when the other side does. */
export class Typing {
  _place; _words; _tell; _drafts; _sent = 0; _timer = null;

  /**
   * @param {HTMLElement} root
   * @param {{words: import("./words.js").Words, tell: (body: {draft?: string}) => Promise<any>}} options
   */
  constructor(root, { words, tell }) {
    this._place = root.querySelector("[data-typing]");
    this._words = words;
    this._tell = tell;
    this._drafts = root.dataset.drafts === "true"; // the line lets agents read along
  }

  /** Something was typed. @param {string} text */
  typed(text) {
    if (Date.now() - this._sent < EVERY) return;
    this._sent = Date.now();
    this._tell(this._drafts ? { draft: text } : {}).catch(() => {});
  }

  /** It was sent: the next key tells at once. */
  rest() { this._sent = 0; }

  /** Somebody types. @param {{author: {name?: string}, draft?: string}} typing */
  show({ author, draft = "" }) {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.hide(), LASTS);
    if (!this._place) return;
    if (this._place.querySelector('[data-slot="name"]')) slot(this._place, "text", draft); // an agent reads along; the sentence stands there
    else slot(this._place, "text", this._words.say("typing", { name: author.name || "" }));
    this._place.hidden = false;
  }

  /** Nobody types any more. */
  hide() {
    clearTimeout(this._timer);
    if (this._place) this._place.hidden = true;
  }
}
