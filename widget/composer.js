import { Draft } from "./draft.js";
import { slot } from "./slots.js";

const LONGEST = 8_000;
const touch = () => matchMedia("(pointer: coarse)").matches;

/** The field one writes in. Enter sends, except on touch screens and while an input method is composing. Text is never lost. */
export class Composer {
  _form; _field; _draft; _words; _on; _watch = new AbortController();

  /**
   * @param {HTMLFormElement} form
   * @param {{key: string, words: import("./words.js").Words, on: {send: (draft: {id: string, text: string, kind: "text"|"note"}) => Promise<void>, typing: (text: string) => void}}} options
   */
  constructor(form, { key, words, on }) {
    this._form = form;
    this._field = form.elements.text;
    this._words = words;
    this._on = on;
    const kept = this._field.value; // sent without script and refused: the server gave it back
    this._draft = new Draft(key);
    if (kept.trim()) this._draft.change(kept, this.kind);
    else if (this._draft.text) this._restore();
    const { signal } = this._watch;
    form.addEventListener("submit", (event) => { event.preventDefault(); this._send(); }, { signal });
    form.addEventListener("input", () => this._changed(), { signal });
    form.addEventListener("change", () => this._changed(), { signal });
    this._field.addEventListener("keydown", (event) => this._key(event), { signal });
    addEventListener("pagehide", () => this._draft.save(), { signal });
    this._grow();
  }

  /** @returns {"text"|"note"} */
  get kind() { return this._radios.some((r) => r.checked && r.value === "note") ? "note" : "text"; }

  /** Turns to the visitor or to colleagues. @param {"text"|"note"} kind */
  set kind(kind) {
    this._turn(kind);
    this._changed();
  }

  /** What goes along with the text: the message it quotes. A chip above the field says so. */
  data;

  /** Quotes a message with what is written next, or no longer. @param {{seq: number, by?: string, author?: string, excerpt?: string}} [quote] */
  quote(quote) {
    this.data = quote && { quote };
    const chip = this._form.querySelector("[data-quoting]");
    if (!chip) return;
    chip.hidden = !quote;
    slot(chip, "quoted", quote && `${quote.author}: ${quote.excerpt}`);
    if (quote) this.focus(true);
  }

  get text() { return this._field.value; }
  get form() { return this._form; }

  /** Puts words in the field, as if typed. @param {string} text */
  set text(text) {
    this._field.value = text;
    this._field.setSelectionRange(text.length, text.length);
    this._changed();
  }

  /** Puts the cursor in the field; where that would raise a keyboard nobody asked for, only when insisted. @param {boolean} [insist] */
  focus(insist = false) { if (insist || !touch()) this._field.focus({ preventScroll: true }); }

  /** Lets go of the page. What is written stays kept. */
  disconnect() {
    this._draft.save();
    this._watch.abort();
  }

  async _send() {
    const text = this._field.value.trimEnd().replace(/^\s*\n/, ""); // empty lines around it say nothing
    if (!text) return;
    if ([...text].length > LONGEST) return this.fault(this._words.say("error.too_long"));
    this._draft.change(text, this.kind);
    this._draft.save(); // the id on disk is the one it goes out with
    const draft = { ...this._draft.take(), data: this.data };
    this.quote();
    this._field.value = "";
    this.fault("");
    this._grow();
    if (!touch() || document.activeElement === this._field) this._field.focus({ preventScroll: true });
    await this._on.send(draft);
    this._draft.done();
  }

  _changed() {
    const hint = this._field.dataset[this.kind === "note" ? "note" : "reply"];
    if (hint) this._field.placeholder = hint;
    this._draft.change(this._field.value, this.kind);
    this.fault("");
    this._grow();
    if (this.kind === "text" && this._field.value.trim()) this._on.typing(this._field.value);
  }

  _key(event) {
    if (event.key !== "Enter" || event.defaultPrevented || event.shiftKey || event.altKey) return;
    if (event.isComposing || event.keyCode === 229 || touch()) return; // 229: Safari ends composing before it tells
    event.preventDefault();
    if (this._field.value.trim()) this._form.requestSubmit();
  }

  _restore() {
    this._field.value = this._draft.text;
    this._turn(this._draft.kind);
  }

  /** Where it goes is a choice of two: "note", and whatever the other is called. */
  get _radios() { return [...this._form.querySelectorAll('input[type="radio"]')]; }

  _turn(kind) {
    for (const radio of this._radios) radio.checked = (radio.value === "note") === (kind === "note");
  }

  /** Says what is wrong, below the field; "" for nothing. @param {string} words */
  fault(words) {
    slot(this._form, "error", words);
    for (const place of this._form.querySelectorAll('[data-slot="error"]')) place.hidden = !words;
  }

  _grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this._field.style.blockSize = "auto";
    this._field.style.blockSize = `${this._field.scrollHeight}px`;
  }
}
