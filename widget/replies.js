/** A reply kept ready, while somebody writes it: variables go where the cursor is, and what a visitor will read stands below. */
export class Reply {
  _field; _seen; _samples;

  /** @param {HTMLFormElement} form */
  constructor(form) {
    this._field = form.elements.body;
    this._seen = form.querySelector("[data-slot=seen]");
    this._samples = JSON.parse(form.querySelector("[data-samples]").dataset.samples);
    this._field.addEventListener("input", () => this._show());
    for (const button of form.querySelectorAll("[data-inserts]")) button.addEventListener("click", () => this._insert(button.dataset.inserts));
  }

  _insert(text) {
    this._field.focus();
    this._field.setRangeText(text, this._field.selectionStart, this._field.selectionEnd, "end");
    this._show();
  }

  _show() {
    this._seen.textContent = fill(this._field.value, this._samples);
  }
}

/**
 * What a reply says with its variables filled in: the server's Canned.Fill.
 * @param {string} body @param {Record<string, string>} values
 */
export function fill(body, values) {
  const said = (name) => (Object.prototype.hasOwnProperty.call(values, name) ? values[name] : "");
  return body
    .replace(/^\{\{\s*([^{}]*?)\s*\}\}[,，、:：]?[ \t]*/gm, (all, name) => (said(name) ? all : ""))
    .replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (_, name) => said(name))
    .replace(/\{agent\}/g, () => said("agent.name"));
}
