/**
 * Which colleagues the text before the cursor asks for: "@" and the beginning of a name, or of a later part of it. null when it asks for none.
 * @param {string} before @param {string[]} names @returns {{from: number, names: string[]} | null} from: where the "@" stands
 */
export function asked(before, names) {
  const from = before.lastIndexOf("@");
  if (from < 0 || before.length - from > 24 || before.slice(from).includes("\n")) return null;
  const begun = before.slice(from + 1).toLowerCase();
  const found = names.filter((n) => n.toLowerCase().startsWith(begun) || (begun && n.toLowerCase().split(/\s+/).some((part) => part.startsWith(begun))));
  return found.length > 0 ? { from, names: found } : null;
}

/** The menu of colleagues, over the composer, while a note is written. */
export class Mates {
  _menu; _field; _composer; _all; _asked = null; _chosen = 0; _off = new AbortController();

  /** @param {HTMLFormElement} form @param {import("./composer.js").Composer} composer */
  constructor(form, composer) {
    this._menu = form.querySelector("[data-mates]");
    this._field = form.elements.text;
    this._composer = composer;
    this._all = [...(this._menu?.querySelectorAll("[role=option]") ?? [])];
    this._all.forEach((li, i) => { li.id = `mate-${i}`; });
    if (this._all.length === 0) return;
    const { signal } = this._off;
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this._update(), { signal });
    this._field.addEventListener("keydown", (event) => this._key(event), { signal, capture: true });
    this._field.addEventListener("blur", () => this._close(), { signal });
    this._menu.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the cursor stays in the field
    this._menu.addEventListener("click", (event) => {
      const li = event.target.closest("[role=option]");
      if (li) this._take(li.dataset.name);
    }, { signal });
  }

  /** Lets go of the page. */
  disconnect() { this._off.abort(); }

  _update() {
    const { value, selectionStart } = this._field;
    this._asked = this._composer.kind === "note" ? asked(value.slice(0, selectionStart), this._all.map((li) => li.dataset.name)) : null;
    if (!this._asked) return this._close();
    for (const li of this._all) li.hidden = !this._asked.names.includes(li.dataset.name);
    this._menu.hidden = false;
    this._field.setAttribute("aria-controls", "mates");
    this._field.setAttribute("aria-expanded", "true");
    this._choose(0);
  }

  get _shown() { return this._all.filter((li) => !li.hidden); }

  _choose(i) {
    const shown = this._shown;
    this._chosen = (i + shown.length) % shown.length;
    shown.forEach((li, at) => li.setAttribute("aria-selected", String(at === this._chosen)));
    this._field.setAttribute("aria-activedescendant", shown[this._chosen].id);
    shown[this._chosen].scrollIntoView({ block: "nearest" });
  }

  _key(event) {
    if (this._menu.hidden || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
    const take = () => this._take(this._shown[this._chosen].dataset.name);
    const act = { ArrowDown: () => this._choose(this._chosen + 1), ArrowUp: () => this._choose(this._chosen - 1), Enter: take, Tab: take, Escape: () => this._close() }[event.key];
    if (!act) return;
    event.preventDefault(); // and the composer, which hears it next, leaves it alone
    event.stopPropagation();
    act();
  }

  _take(name) {
    const { value, selectionStart } = this._field;
    const { from } = this._asked;
    this._close();
    this._composer.text = `${value.slice(0, from)}@${name} ${value.slice(selectionStart)}`;
    this._field.setSelectionRange(from + name.length + 2, from + name.length + 2);
  }

  _close() {
    if (this._menu.hidden) return;
    this._menu.hidden = true;
    this._field.setAttribute("aria-controls", "canned");
    this._field.setAttribute("aria-expanded", "false");
    this._field.removeAttribute("aria-activedescendant");
  }
}
