import { slot } from "./slots.js";

/**
 * How well an entry fits what was typed: 0 begins with it, 1 has all of its words, -1 does not.
 * @param {string} text @param {string} typed
 */
export function fits(text, typed) {
  const low = text.toLowerCase(), asked = typed.trim().toLowerCase();
  if (low.startsWith(asked)) return 0;
  return asked.split(/\s+/).every((word) => low.includes(word)) ? 1 : -1;
}

/** The command bar, Ctrl K or ⌘ K: to a list, a page or a conversation, an action on the one that is open, or a search. */
export class Bar {
  _dialog = document.querySelector("dialog[data-bar]");
  _field; _list; _words; _on; _entries = []; _shown = []; _chosen = 0;

  /** @param {{words: import("./words.js").Words, can: (act: string) => boolean, act: (act: string) => void, open: (url: string) => void}} options */
  constructor({ words, ...on }) {
    this._words = words;
    this._on = on;
    if (!this._dialog) return;
    this._field = this._dialog.querySelector("input");
    this._list = this._dialog.querySelector("[role=listbox]");
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k") return;
      if (!this._dialog.open && document.querySelector("dialog[open]")) return;
      event.preventDefault();
      if (this._dialog.open) this._dialog.close();
      else this._show();
    });
    this._field.addEventListener("input", () => this._update());
    this._field.addEventListener("keydown", (event) => this._key(event));
    this._list.addEventListener("click", (event) => this._run(this._shown.find((e) => e.li === event.target.closest("[role=option]"))));
  }

  _show() {
    for (const { li } of this._entries) if (!li.dataset.act) li.remove();
    const acts = [...this._list.querySelectorAll("[data-act]")].filter((li) => {
      li.hidden = true;
      return this._on.can(li.dataset.act);
    }).map((li) => ({ li, text: li.querySelector("span").textContent, run: () => this._on.act(li.dataset.act) }));
    const links = [...document.querySelectorAll(".rail a.rail__link")].map((a) => this._entry(a.querySelector(".rail__label").textContent, "bar_go", () => location.assign(a.href)));
    const rows = [...document.querySelectorAll("[data-row] a.item")].map((a) => this._entry(a.querySelector(".item__name .clip").textContent, "bar_talk", () => this._on.open(a.href)));
    this._search = this._entry("", "", () => this._find());
    this._entries = [...acts, ...links, ...rows, this._search];
    this._entries.forEach(({ li }, i) => { li.id = `bar-${i}`; });
    this._field.value = "";
    this._dialog.showModal();
    this._update();
  }

  _entry(text, kind, run) {
    const li = document.querySelector('template[data-template="bar"]').content.firstElementChild.cloneNode(true);
    slot(li, "name", text.trim());
    slot(li, "kind", kind && this._words.say(kind));
    this._list.append(li);
    return { li, text: text.trim(), run };
  }

  _update() {
    const typed = this._field.value;
    slot(this._search.li, "name", this._words.say("bar_search", { q: typed.trim() }));
    const rank = (e) => (e === this._search ? (typed.trim() ? 2 : -1) : fits(e.text, typed));
    this._shown = this._entries.filter((e) => rank(e) >= 0);
    if (typed.trim()) this._shown.sort((a, b) => rank(a) - rank(b));
    for (const { li } of this._entries) li.hidden = true;
    for (const { li } of this._shown) {
      li.hidden = false;
      this._list.append(li);
    }
    this._dialog.querySelector("[data-none]").hidden = this._shown.length > 0;
    this._choose(0);
  }

  _choose(i) {
    const n = this._shown.length;
    this._chosen = n > 0 ? (i + n) % n : 0;
    this._shown.forEach(({ li }, at) => li.setAttribute("aria-selected", String(at === this._chosen)));
    const li = this._shown[this._chosen]?.li;
    this._field.setAttribute("aria-activedescendant", li?.id ?? "");
    li?.scrollIntoView({ block: "nearest" });
  }

  _key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const act = { ArrowDown: () => this._choose(this._chosen + 1), ArrowUp: () => this._choose(this._chosen - 1), Enter: () => this._run(this._shown[this._chosen]) }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  _run(entry) {
    if (!entry) return;
    this._dialog.close();
    entry.run();
  }

  _find() {
    const field = document.querySelector("[data-search]");
    field.value = this._field.value.trim();
    field.form.requestSubmit();
    if (matchMedia("(max-width: 640px)").matches) document.querySelector("[data-back]")?.click();
    field.focus();
  }
}
