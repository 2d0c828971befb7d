import { hue, initial } from "./face.js";
import { here, insist } from "./later.js";
import { show, slot, slots } from "./slots.js";
import { clock, day, dayKey } from "./time.js";

const CONT = 3 * 60_000;
const LINK = /https?:\/\//i;

/** Makes the rows of a log from the page's templates. */
export class Rows {
  _root; _words; _side; _locale;

  /** @param {HTMLElement} root the [data-chat] element @param {import("./words.js").Words} words */
  constructor(root, words) {
    this._root = root;
    this._words = words;
    this._side = root.dataset.side;
    this._locale = root.dataset.locale || document.documentElement.lang || "zh-CN";
  }

  /** A row for a message of the log or a note. @param {any} message chat.Message */
  message(message) {
    if (message.kind === "notice") return this._notice(message);
    const { kind, id = "" } = message.author;
    const name = message.author.name || (kind === "visitor" && this._root.dataset.visitor) || "";
    const li = this.clone(message.kind === "note" ? "note" : kind === this._side ? "own" : kind === "bot" ? "bot" : "other");
    this._stamp(li, message);
    li.dataset.author = this._side === "visitor" ? name : id; // a visitor is told names
    if (message.client_id) li.dataset.client = message.client_id;
    slot(li, "name", name);
    this._face(li, id, name);
    slot(li, "text", message.text);
    if (message.data || LINK.test(message.text)) this._dress(li, message);
    return li;
  }

  /** A row for what the outbox holds. @param {import("./store.js").Item} item */
  pending(item) {
    const { agent: id, name } = this._root.dataset;
    const li = this.message({ kind: item.kind, data: item.data, author: { kind: this._side, id, name }, client_id: item.id, text: item.text, created_at: new Date(item.at).toISOString() });
    li.classList.add("message--sending");
    this.state(li, "sending");
    return li;
  }

  /** Gives a row its place in the log. @param {HTMLElement} li @param {any} message */
  settle(li, message) {
    li.classList.remove("message--sending", "message--failed");
    this._stamp(li, message);
    if (message.author?.id) li.dataset.author = message.author.id;
    show(li, "retry", false);
  }

  /** @param {HTMLElement} li @param {"sending"|"sent"|"delivered"|"read"|"failed"} state @param {string} [reason] */
  state(li, state, reason = "") {
    if (li.dataset.state === state && !reason) return;
    li.dataset.state = state;
    slot(li, "state", this._words.say(state));
    slot(li, "reason", reason);
    show(li, "retry", state === "failed");
    show(li, "reason", state === "failed" && reason !== "");
    li.classList.toggle("message--failed", state === "failed");
    li.classList.toggle("message--sending", state === "sending");
  }

  /** A day's divider. @param {Date} at */
  day(at) {
    const li = this.clone("day");
    li.dataset.day = dayKey(at);
    slot(li, "day", day(at, new Date(), this._locale, this._words));
    return li;
  }

  /** @param {string} name @returns {HTMLElement} */
  clone(name) {
    const find = `template[data-template="${name}"]`;
    const template = this._root.querySelector(find) || document.querySelector(find);
    return document.importNode(template.content.querySelector("li"), true);
  }

  /** Whether a row goes on what the row before it began. @param {HTMLElement} li @param {HTMLElement | null} before */
  continues(li, before) {
    if (!before || !li.matches(".message") || !before.matches(".message")) return false;
    const a = before.dataset, b = li.dataset;
    const same = a.by === b.by && (a.by === "visitor" || (a.author || "") === (b.author || ""));
    return same && "note" in a === "note" in b && Date.parse(b.at) - Date.parse(a.at) < CONT;
  }

  /** The avatar's letter and, where avatars have a colour each, its colour. */
  _face(li, id, name) {
    for (const place of slots(li, "initial")) {
      place.textContent = initial(name);
      if (id && /\bhue-\d/.test(place.className)) place.className = place.className.replace(/\bhue-\d+/, hue(id));
    }
  }

  _notice(message) {
    const li = this.clone("notice");
    this._stamp(li, message);
    const { notice, ...values } = message.data || {};
    const key = [`notice.${notice}_by_${values.by}`, `notice.${notice}`, "notice.unknown"].find((k) => this._words.has(k));
    slot(li, "text", key ? this._words.say(key, values) : message.text || "");
    return li;
  }

  _stamp(li, message) {
    const at = new Date(message.created_at);
    li.dataset.by = message.author?.kind || "system";
    li.dataset.at = message.created_at;
    if (message.kind === "note") li.dataset.note = message.seq || "";
    else if (message.seq) {
      li.id = `m${(li.dataset.seq = message.seq)}`;
      li.dataset.id = message.id || "";
    }
    slot(li, "time", clock(at, this._locale));
    for (const time of li.querySelectorAll("time")) time.dateTime = message.created_at;
  }

  /** More than words: links, a picture, a card, a quote. Until the script for that has come its text is there. */
  _dress(li, message) {
    const put = ({ dress }) => dress(li, message, this._root, this._words);
    const kinds = here("kinds");
    if (kinds) put(kinds);
    else insist("kinds").then(put);
  }
}
