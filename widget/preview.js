/**
 * A line's settings while somebody changes them: what a visitor will see stays at what stands in the form, a colour can be picked or
 * written, a day gets one more span, and whoever leaves with something unsaved is asked.
 */
export class Settings {
  _form; _aside; _frame; _look = new URLSearchParams("theme=light"); _late = 0; _dirty = false;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this._form = form;
    this._aside = document.querySelector("[data-previews]");
    this._frame = this._aside?.querySelector("iframe");
    this._dirty = !form.querySelector("[data-edited]")?.hidden;
    form.addEventListener("input", (event) => this._changed(event.target));
    form.addEventListener("click", (event) => this._click(event));
    form.addEventListener("submit", () => { this._dirty = false; });
    window.addEventListener("beforeunload", (event) => { if (this._dirty) event.preventDefault(); });
    for (const link of this._aside?.querySelectorAll("[data-look]") ?? []) link.addEventListener("click", (event) => this._choose(event, link));
    if (this._dirty) this._show();
  }

  _changed(field) {
    const twin = field.dataset.picks ? this._form.elements[field.dataset.picks] : null;
    if (twin) twin.value = field.value;
    const pick = this._form.querySelector("[data-picks]"), color = this._form.elements.color?.value.toLowerCase();
    if (/^#[0-9a-f]{6}$/.test(color)) {
      pick.value = color;
      this._form.querySelector("[data-swatches]")?.style.setProperty("--c", color);
    }
    this._edited();
    clearTimeout(this._late);
    this._late = setTimeout(() => this._show(), 250);
  }

  _edited() {
    this._dirty = true;
    const note = this._form.querySelector("[data-edited]");
    if (note) note.hidden = false;
  }

  // One more span of a day needs no server: the last one is drawn again, empty.
  _click(event) {
    const button = event.target.closest("[data-adds]");
    const last = button?.previousElementSibling;
    if (!last || button.parentElement.querySelectorAll(".hours__span").length >= 12) return;
    event.preventDefault();
    const next = last.cloneNode(true);
    for (const field of next.querySelectorAll("input")) field.value = "";
    last.after(next);
    next.querySelector("input").focus();
    this._edited();
  }

  _choose(event, link) {
    event.preventDefault();
    const [name, value] = link.dataset.look.split("=");
    this._look.set(name === "locale" ? "look" : name, value);
    for (const other of this._aside.querySelectorAll("[data-look]")) {
      const [n, v] = other.dataset.look.split("=");
      if (this._look.get(n === "locale" ? "look" : n) === v) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    }
    this._show();
  }

  // The next picture loads behind the one that is seen, so that nothing blinks.
  _show() {
    if (!this._frame) return;
    const at = new URL(this._aside.dataset.previews, location.href);
    if (this._dirty) for (const [name, value] of new FormData(this._form)) if (typeof value === "string") at.searchParams.append(name, value);
    for (const [name, value] of this._look) at.searchParams.set(name, value);
    this._aside.querySelector("iframe[data-behind]")?.remove();
    const next = /** @type {HTMLIFrameElement} */ (this._frame.cloneNode(false));
    next.dataset.behind = "";
    next.src = at.href;
    next.addEventListener("load", () => {
      if (!next.isConnected) return;
      delete next.dataset.behind;
      this._frame.remove();
      this._frame = next;
    }, { once: true });
    this._frame.after(next);
  }
}
