/**
 * Which replies a text asks for: "/" at its start, then part of a shortcut or a word of the reply. Shortcuts that begin with
 * it come first. null when the text asks for none.
 * @template {{shortcut: string, body: string}} R
 * @param {string} text @param {R[]} replies @returns {R[] | null}
 */
export function matching(text, replies) {
  if (!text.startsWith("/") || /\s/.test(text)) return null;
  const asked = text.slice(1).toLowerCase();
  const rank = ({ shortcut, body }) => {
    const at = shortcut.toLowerCase().indexOf(asked);
    return at === 0 ? 0 : at > 0 ? 1 : body.toLowerCase().includes(asked) ? 2 : 3;
  };
  return replies.filter((r) => rank(r) < 3).sort((a, b) => rank(a) - rank(b));
}

/** The menu of replies kept ready, over the composer. */
export class Canned {
  _menu; _field; _composer; _replies; _shown = []; _chosen = 0; _off = new AbortController();

  /** @param {HTMLFormElement} form @param {import("./composer.js").Composer} composer */
  constructor(form, composer) {
    this._menu = form.querySelector("[data-canned]");
    this._field = form.elements.text;
    this._composer = composer;
    this._replies = [...(this._menu?.querySelectorAll("[role=option]") ?? [])].map((li, i) => {
      li.id ||= `canned-${i}`;
      return { li, shortcut: li.dataset.shortcut, body: li.dataset.body };
    });
    if (this._replies.length === 0) return;
    const { signal } = this._off;
    form.addEventListener("input", () => this._update(), { signal });
    this._field.addEventListener("keydown", (event) => this._key(event), { signal, capture: true });
    this._menu.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the cursor stays in the field
    this._menu.addEventListener("click", (event) => {
      const li = event.target.closest("[role=option]");
      if (li) this._take(li.dataset.body);
    }, { signal });
    form.querySelector('[data-action="canned"]')?.addEventListener("click", () => this._toggle(), { signal });
  }

  /** Lets go of the page. */
  disconnect() { this._off.abort(); }

  _toggle() {
    if (!this._menu.hidden) return this._close();
    if (this._field.value === "") this._composer.text = "/";
    this._composer.focus(true);
    this._update();
  }

  _update() {
    this._shown = matching(this._field.value, this._replies) ?? [];
    const order = this._shown.map((r) => r.li);
    for (const { li } of this._replies) li.hidden = !order.includes(li);
    order[0]?.parentElement.prepend(...order);
    this._menu.hidden = order.length === 0;
    this._field.setAttribute("aria-expanded", String(order.length > 0));
    this._choose(0);
  }

  _choose(i) {
    const n = this._shown.length;
    this._chosen = n > 0 ? (i + n) % n : 0;
    this._shown.forEach(({ li }, at) => li.setAttribute("aria-selected", String(at === this._chosen)));
    const li = this._shown[this._chosen]?.li;
    if (li) {
      this._field.setAttribute("aria-activedescendant", li.id);
      li.scrollIntoView({ block: "nearest" });
    } else this._field.removeAttribute("aria-activedescendant");
  }

  _key(event) {
    if (this._menu.hidden || event.isComposing || event.keyCode === 229) return;
    const act = { ArrowDown: () => this._choose(this._chosen + 1), ArrowUp: () => this._choose(this._chosen - 1), Enter: () => this._take(this._shown[this._chosen].body), Tab: () => this._take(this._shown[this._chosen].body), Escape: () => this._close() }[event.key];
    if (!act || event.shiftKey) return;
    event.preventDefault(); // and the composer, which hears it next, leaves it alone
    event.stopPropagation();
    act();
  }

  _take(body) {
    this._close();
    this._composer.text = body;
  }

  _close() {
    this._shown = [];
    this._menu.hidden = true;
    this._field.setAttribute("aria-expanded", "false");
    this._field.removeAttribute("aria-activedescendant");
  }
}
