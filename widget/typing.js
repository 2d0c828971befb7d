import { slot } from "./draw.js";

const EVERY = 3_000;
const LASTS = 6_000;

/** Tells the other side that somebody types, now and then, and shows when the other side does. */
export class Typing {
  #place; #words; #tell; #drafts; #sent = 0; #timer = null;

  /**
   * @param {HTMLElement} root
   * @param {{words: import("./words.js").Words, tell: (body: {draft?: string}) => Promise<any>}} options
   */
  constructor(root, { words, tell }) {
    this.#place = root.querySelector("[data-typing]");
    this.#words = words;
    this.#tell = tell;
    this.#drafts = root.dataset.drafts === "true"; // the line lets agents read along
  }

  /** Something was typed. @param {string} text */
  typed(text) {
    if (Date.now() - this.#sent < EVERY) return;
    this.#sent = Date.now();
    this.#tell(this.#drafts ? { draft: text } : {}).catch(() => {});
  }

  /** It was sent: the next key tells at once. */
  rest() { this.#sent = 0; }

  /** Somebody types. @param {{author: {name?: string}, draft?: string}} typing */
  show({ author, draft = "" }) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LASTS);
    if (!this.#place) return;
    if (this.#place.querySelector('[data-slot="name"]')) slot(this.#place, "text", draft); // an agent reads along; the sentence stands there
    else slot(this.#place, "text", this.#words.say("typing", { name: author.name ?? "" }));
    this.#place.hidden = false;
  }

  /** Nobody types any more. */
  hide() {
    clearTimeout(this.#timer);
    if (this.#place) this.#place.hidden = true;
  }
}
