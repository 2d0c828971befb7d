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
  #menu; #field; #composer; #replies; #shown = []; #chosen = 0; #off = new AbortController();

  /** @param {HTMLFormElement} form @param {import("./composer.js").Composer} composer */
  constructor(form, composer) {
    this.#menu = form.querySelector("[data-canned]");
    this.#field = form.elements.text;
    this.#composer = composer;
    this.#replies = [...(this.#menu?.querySelectorAll("[role=option]") ?? [])].map((li, i) => {
      li.id ||= `canned-${i}`;
      return { li, shortcut: li.dataset.shortcut, body: li.dataset.body };
    });
    if (this.#replies.length === 0) return;
    const { signal } = this.#off;
    form.addEventListener("input", () => this.#update(), { signal });
    this.#field.addEventListener("keydown", (event) => this.#key(event), { signal, capture: true });
    this.#menu.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // the cursor stays in the field
    this.#menu.addEventListener("click", (event) => {
      const li = event.target.closest("[role=option]");
      if (li) this.#take(li.dataset.body);
    }, { signal });
    form.querySelector('[data-action="canned"]')?.addEventListener("click", () => this.#toggle(), { signal });
  }

  /** Lets go of the page. */
  disconnect() { this.#off.abort(); }

  #toggle() {
    if (!this.#menu.hidden) return this.#close();
    if (this.#field.value === "") this.#composer.text = "/";
    this.#composer.focus(true);
    this.#update();
  }

  #update() {
    this.#shown = matching(this.#field.value, this.#replies) ?? [];
    const order = this.#shown.map((r) => r.li);
    for (const { li } of this.#replies) li.hidden = !order.includes(li);
    order[0]?.parentElement.prepend(...order);
    this.#menu.hidden = order.length === 0;
    this.#field.setAttribute("aria-expanded", String(order.length > 0));
    this.#choose(0);
  }

  #choose(i) {
    const n = this.#shown.length;
    this.#chosen = n > 0 ? (i + n) % n : 0;
    this.#shown.forEach(({ li }, at) => li.setAttribute("aria-selected", String(at === this.#chosen)));
    const li = this.#shown[this.#chosen]?.li;
    if (li) {
      this.#field.setAttribute("aria-activedescendant", li.id);
      li.scrollIntoView({ block: "nearest" });
    } else this.#field.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    if (this.#menu.hidden || event.isComposing || event.keyCode === 229) return;
    const act = { ArrowDown: () => this.#choose(this.#chosen + 1), ArrowUp: () => this.#choose(this.#chosen - 1), Enter: () => this.#take(this.#shown[this.#chosen].body), Tab: () => this.#take(this.#shown[this.#chosen].body), Escape: () => this.#close() }[event.key];
    if (!act || event.shiftKey) return;
    event.preventDefault(); // and the composer, which hears it next, leaves it alone
    event.stopPropagation();
    act();
  }

  #take(body) {
    this.#close();
    this.#composer.text = body;
  }

  #close() {
    this.#shown = [];
    this.#menu.hidden = true;
    this.#field.setAttribute("aria-expanded", "false");
    this.#field.removeAttribute("aria-activedescendant");
  }
}
