import { Filter } from "./filter.js";
import { markRows } from "./open.js";
import { Refresh } from "./refresh.js";
import { fetchPage, put } from "./swap.js";

const LIVE = 6_000;

/** The list of conversations, kept true: rows, the numbers beside the lists, who types. */
export class Inbox {
  _api; _changed; _refresh; _typing = new Map(); _counting = null; _greeted = false; _cut = false;

  /** @param {{api: import("./api.js").API, changed: (unread: number) => void}} options changed: how many rows have something unread */
  constructor({ api, changed }) {
    this._api = api;
    this._changed = changed;
    this._refresh = new Refresh((id, first) => this._load(id, first));
    new Filter(() => this._tell());
    this._tell();
    setInterval(() => this._clock(), 1_000);
  }

  /** Takes an event of the agent's stream. @param {string} kind @param {any} data @param {string} id its conversation */
  hear(kind, data, id) {
    if (kind === "heads") return this._heads(data);
    if (!id) return;
    if (kind === "typing") {
      if (data.author?.kind === "visitor") this._live(id, true);
      return;
    }
    if (kind === "message") this._live(id, false);
    if (!this._searching && (kind === "message" || kind === "conversation" || kind === "receipt")) this._refresh.ask(id, kind === "message" && data.kind !== "note");
    if (kind === "conversation") this._count();
  }

  /** Asks for a row again. @param {string} id */
  ask(id) { if (!this._searching) this._refresh.ask(id); }

  /** What was found stays as it was found. */
  get _searching() { return Boolean(document.querySelector("[data-search]")?.value.trim()); }

  /** The numbers beside the lists have changed, and a row with them. @param {string} [id] of its conversation */
  count(id) {
    this._count();
    if (id) this.ask(id);
  }

  /** The stream was cut and is there again: what happened meanwhile is not known row by row. */
  reconnected() { this._cut = this._greeted; }

  /** Where the logs stand: rows that are behind are asked for, after a cut the whole list. */
  async _heads(heads) {
    if (this._cut) {
      this._cut = false;
      const page = await fetchPage(this._url("/console/list"), { partial: true }).catch(() => null);
      put(document.querySelector("#list"), page?.querySelector("#list"));
      this._tell();
      this._count();
    } else if (!this._searching) {
      for (const row of document.querySelectorAll("[data-row]")) if ((heads[row.dataset.row] ?? 0) > Number(row.dataset.last)) this._refresh.ask(row.dataset.row, true);
    }
    this._greeted = true;
  }

  async _load(id, first) {
    const page = await fetchPage(this._url(`/console/rows/${id}`), { partial: true });
    while (this._row(id)?.matches(":active")) await new Promise((resolve) => setTimeout(resolve, 50)); // a row drawn anew under the finger would swallow the click
    const row = page?.querySelector("[data-row]");
    const old = this._row(id);
    const list = document.querySelector("[data-list]");
    if (!list) return;
    const focused = old?.contains(document.activeElement);
    if (!row) old?.remove();
    else if (old && !(first && this._newestFirst(list))) put(old, row);
    else {
      old?.remove();
      const place = document.createElement("li");
      if (this._newestFirst(list)) list.prepend(place);
      else list.insertBefore(place, list.querySelector("[data-more]"));
      put(place, row);
    }
    if (focused) this._row(id)?.querySelector("a").focus({ preventScroll: true });
    this._tell();
    if (!old !== !row) this._count();
  }

  _newestFirst(list) { return list.dataset.list !== "queue"; }

  _row(id) { return document.querySelector(`[data-row="${CSS.escape(id)}"]`); }

  /** A path of the console, with the list this page shows and the conversation it has open. */
  _url(path) {
    const query = new URLSearchParams(location.search);
    const form = document.querySelector(".inbox__ask");
    if (form) for (const [name, value] of new FormData(form)) query.set(name, value);
    for (const [name, value] of [...query]) if (!value) query.delete(name);
    for (const name of ["cursor", "before"]) query.delete(name);
    const open = document.querySelector("main[data-chat]")?.dataset.conversation;
    if (open) query.set("c", open);
    return `${path}?${query}`;
  }

  _tell() {
    const list = document.querySelector("[data-list]");
    if (!list) return;
    markRows();
    const empty = !list.querySelector("[data-row]");
    list.hidden = empty;
    const blank = document.querySelector("[data-blank]");
    if (blank) blank.hidden = !empty;
    this._changed(list.querySelectorAll(".item--new").length);
  }

  _count() {
    this._counting ??= setTimeout(async () => {
      this._counting = null;
      const n = await this._api.get("/console/counts").catch(() => null);
      if (!n) return;
      for (const place of document.querySelectorAll("[data-count-view]")) if (place.dataset.countView in n) place.textContent = n[place.dataset.countView];
      for (const place of document.querySelectorAll("[data-count-line]")) place.textContent = n.lines?.[place.dataset.countLine] ?? 0;
      for (const place of document.querySelectorAll("[data-when]")) place.hidden = !(n[place.dataset.when] > 0);
      for (const place of document.querySelectorAll('.rail [data-count-view="queue"]')) place.classList.toggle("rail__n--hot", n.queue > 0);
      for (const place of document.querySelectorAll('.rail [data-count-view="mentions"]')) place.classList.toggle("rail__n--hot", n.mentions > 0);
    }, 500);
  }

  _live(id, live) {
    clearTimeout(this._typing.get(id));
    if (live) this._typing.set(id, setTimeout(() => this._live(id, false), LIVE));
    else this._typing.delete(id);
    const row = this._row(id);
    for (const [name, shown] of [["live", live], ["preview", !live]]) {
      const place = row?.querySelector(`[data-slot="${name}"]`);
      if (place) place.hidden = !shown;
    }
  }

  /** How long people have waited, and how that looks: from one minute a warning, from three bad. */
  _clock() {
    for (const place of document.querySelectorAll("[data-waiting-since]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(place.dataset.waitingSince)) / 1000));
      const text = place.querySelector('[data-slot="wait"]');
      if (text && seconds < 3600) text.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      place.classList.toggle("item__wait--warn", seconds >= 60 && seconds < 180);
      place.classList.toggle("item__wait--bad", seconds >= 180);
    }
  }
}
