import { Draft } from "./draft.js";
import { slot } from "./draw.js";

const LONGEST = 8_000;
const touch = () => matchMedia("(pointer: coarse)").matches;

/** The field one writes in. Enter sends, except on touch screens and while an input method is composing. Text is never lost. */
export class Composer {
  #form; #field; #draft; #words; #on; #watch = new AbortController();

  /**
   * @param {HTMLFormElement} form
   * @param {{key: string, words: import("./words.js").Words, on: {send: (draft: {id: string, text: string, kind: "text"|"note"}) => Promise<void>, typing: (text: string) => void}}} options
   */
  constructor(form, { key, words, on }) {
    this.#form = form;
    this.#field = form.elements.text;
    this.#words = words;
    this.#on = on;
    const kept = this.#field.value; // sent without script and refused: the server gave it back
    this.#draft = new Draft(key);
    if (kept.trim()) this.#draft.change(kept, this.kind);
    else if (this.#draft.text) this.#restore();
    const { signal } = this.#watch;
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); }, { signal });
    form.addEventListener("input", () => this.#changed(), { signal });
    form.addEventListener("change", () => this.#changed(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#key(event), { signal });
    addEventListener("pagehide", () => this.#draft.save(), { signal });
    this.#grow();
  }

  /** @returns {"text"|"note"} */
  get kind() { return this.#radios.some((r) => r.checked && r.value === "note") ? "note" : "text"; }

  /** Turns to the visitor or to colleagues. @param {"text"|"note"} kind */
  set kind(kind) {
    this.#turn(kind);
    this.#changed();
  }

  get text() { return this.#field.value; }
  get form() { return this.#form; }

  /** Puts words in the field, as if typed. @param {string} text */
  set text(text) {
    this.#field.value = text;
    this.#field.setSelectionRange(text.length, text.length);
    this.#changed();
  }

  /** Puts the cursor in the field; where that would raise a keyboard nobody asked for, only when insisted. @param {boolean} [insist] */
  focus(insist = false) { if (insist || !touch()) this.#field.focus({ preventScroll: true }); }

  /** Lets go of the page. What is written stays kept. */
  disconnect() {
    this.#draft.save();
    this.#watch.abort();
  }

  async #send() {
    const text = this.#field.value.trimEnd().replace(/^\s*\n/, ""); // empty lines around it say nothing
    if (!text) return;
    if ([...text].length > LONGEST) return this.fault(this.#words.say("error.too_long"));
    this.#draft.change(text, this.kind);
    this.#draft.save(); // the id on disk is the one it goes out with
    const draft = this.#draft.take();
    this.#field.value = "";
    this.fault("");
    this.#grow();
    if (!touch() || document.activeElement === this.#field) this.#field.focus({ preventScroll: true });
    await this.#on.send(draft);
    this.#draft.done();
  }

  #changed() {
    const hint = this.#field.dataset[this.kind === "note" ? "note" : "reply"];
    if (hint) this.#field.placeholder = hint;
    this.#draft.change(this.#field.value, this.kind);
    this.fault("");
    this.#grow();
    if (this.kind === "text" && this.#field.value.trim()) this.#on.typing(this.#field.value);
  }

  #key(event) {
    if (event.key !== "Enter" || event.defaultPrevented || event.shiftKey || event.altKey) return;
    if (event.isComposing || event.keyCode === 229 || touch()) return; // 229: Safari ends composing before it tells
    event.preventDefault();
    if (this.#field.value.trim()) this.#form.requestSubmit();
  }

  #restore() {
    this.#field.value = this.#draft.text;
    this.#turn(this.#draft.kind);
  }

  /** Where it goes is a choice of two: "note", and whatever the other is called. */
  get #radios() { return [...this.#form.querySelectorAll('input[type="radio"]')]; }

  #turn(kind) {
    for (const radio of this.#radios) radio.checked = (radio.value === "note") === (kind === "note");
  }

  /** Says what is wrong, below the field; "" for nothing. @param {string} words */
  fault(words) {
    slot(this.#form, "error", words);
    for (const place of this.#form.querySelectorAll('[data-slot="error"]')) place.hidden = !words;
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#field.style.blockSize = "auto";
    this.#field.style.blockSize = `${this.#field.scrollHeight}px`;
  }
}
