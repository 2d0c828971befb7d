import { backoff } from "./backoff.js";
import { slot } from "./slots.js";
import { refused } from "./lane.js";
import { recall, remember } from "./memory.js";
import { fetchPage } from "./swap.js";

const SPREAD = 600_000, LONGEST = 2_000_000_000;

/**
 * Keeps the page of a line that closes right: it turns by itself when the line does, the composer becomes a message that is left
 * and back, with the words in it, and where she is to be answered goes to the server. Loaded only where there are hours.
 * What comes after a turn is asked for within ten minutes, so that not everybody asks at closing time.
 */
export class Hours {
  _root; _words; _api; _form; _field; _typed; _due; _timer; _soon; _busy = false;

  /** @param {HTMLElement} root the [data-chat] element @param {{words: import("./words.js").Words, api: import("./api.js").API}} options */
  constructor(root, { words, api }) {
    const { line, zone } = root.dataset;
    this._root = root;
    this._words = words;
    this._api = api;
    this._form = root.querySelector("form[data-composer]");
    this._field = this._form.elements.contact;
    this._typed = `support-contact:${line}`;
    this._due = `support-leave:${line}`;
    this._field.value = recall(this._typed) || this._field.value; // what she typed, before what is known of her
    this._field.addEventListener("input", () => {
      remember(this._typed, this._field.value);
      slot(this._form, "contact", "");
    });
    document.addEventListener("submit", (event) => this._submit(event), true); // before the composer hears of it
    new MutationObserver(() => this._post()).observe(root, { attributes: true, attributeFilter: ["data-conversation", "data-status"] });
    new MutationObserver(() => this._arm()).observe(root, { attributes: true, attributeFilter: ["data-turns"] });
    this._arm();
    this._post();
    if (zone !== this._zone) this._look(); // it was drawn before anybody knew where she is
  }

  get _zone() { return new Intl.DateTimeFormat().resolvedOptions().timeZone; }

  /** Whether what is sent now is a message that is left. */
  get _leaving() {
    const { shut, left, status } = this._root.dataset;
    return Boolean(shut) && left !== "true" && (status === "new" || status === "waiting");
  }

  _arm() {
    clearTimeout(this._timer);
    const ms = Number(this._root.dataset.turns) * 1000;
    if (ms > 0 && ms < LONGEST) this._timer = setTimeout(() => this._turn(), ms); // a longer one would ring at once
  }

  _turn() {
    const data = this._root.dataset;
    [data.shut, data.then, data.turns] = [data.then, data.shut, "0"];
    this._show();
    clearTimeout(this._soon);
    this._soon = setTimeout(() => this._look(), Math.random() * SPREAD);
  }

  /** Reads from a page drawn now when the line opens and closes. */
  async _look() {
    const here = new URL(location.href);
    here.searchParams.set("zone", this._zone);
    const page = await fetchPage(here.pathname + here.search).catch(() => null);
    const now = page?.querySelector("[data-chat]")?.dataset;
    if (!now) return;
    for (const name of ["shut", "then", "zone", "turns"]) this._root.dataset[name] = now[name] ?? "";
    this._show();
  }

  /** Says so where it is said; see Status, which does the same with every piece of news. */
  _show() {
    const { shut, status, holder } = this._root.dataset;
    for (const note of this._root.querySelectorAll("[data-who-note]")) {
      if (!holder && status !== "closed") note.textContent = shut || (status === "waiting" ? this._words.say("connecting") : note.dataset.alone);
    }
    slot(this._root.querySelector("[data-queue]"), "estimate", shut || this._words.say("queue_wait"));
    slot(this._form, "back", shut);
  }

  /** A message is left together with where to answer it; what is wrong with that is said before anything goes out. */
  _submit(event) {
    if (event.target !== this._form || !this._leaving || !this._form.elements.text.value.trim()) return;
    const contact = this._field.value.trim();
    if (!reachable(contact)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      slot(this._form, "contact", this._words.say("error.contact"));
      this._field.setAttribute("aria-invalid", "true");
      this._field.focus();
      return;
    }
    this._field.removeAttribute("aria-invalid");
    remember(this._due, contact);
    remember(this._typed, "");
    this._post();
  }

  /** Tells the server, however long that takes; her first words bring the conversation about. */
  async _post(tries = 0) {
    const contact = recall(this._due), id = this._root.dataset.conversation;
    if (!contact || !id || this._busy) return;
    this._busy = true;
    try {
      await this._api.post(`/api/v1/conversations/${id}/contact`, { contact });
      remember(this._due, "");
      this._root.dataset.left = "true";
    } catch ({ status }) {
      if (refused(status)) remember(this._due, "");
      else setTimeout(() => this._post(tries + 1), 500 + backoff(tries));
    }
    this._busy = false;
  }
}

/** Whether one can be answered there: an e-mail address, or a number one can call; see chat.CheckContact. @param {string} said */
function reachable(said) { return said.includes("@") ? /^[^\s@,;<>]+@[^\s@,;<>]*\.[^\s@,;<>]*$/.test(said) : said.replace(/\D/g, "").length >= 5; }
