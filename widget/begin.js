import { recall, remember } from "./memory.js";

/**
 * The form that is asked before the first words, sent without leaving the page. The server draws what is wrong, in her language; that is put
 * in its place. Loaded only where something is asked.
 */
export class Begin {
  _root; _ready; _headers; _words; _key;

  /** @param {HTMLElement} root the [data-chat] element @param {{ready: () => Promise<any>, headers: () => Record<string, string>, words: import("./words.js").Words}} options ready: opens the session */
  constructor(root, { ready, headers, words }) {
    this._root = root;
    this._ready = ready;
    this._headers = headers;
    this._words = words;
    this._key = `support-begun:${root.dataset.line}`;
    if (recall(this._key)) root.dataset.asks = "false"; // a frame without cookies is drawn for nobody each time
    root.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-begin]")) return;
      event.preventDefault();
      this._send(event.target);
    });
  }

  async _send(form) {
    const button = form.querySelector("button");
    button.disabled = true;
    const typed = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    try {
      await this._ready();
      const { status, response } = await post(form.getAttribute("action"), typed, this._headers());
      const again = status === 422 && response && response.querySelector("[data-begin]");
      if (again) return this._wrong(form, document.importNode(again, true));
      if (status !== 200) throw { status };
      remember(this._key, "1");
      this._root.dataset.asks = "false";
      this._root.querySelector("form[data-composer] textarea").focus({ preventScroll: true });
    } catch ({ status }) {
      const place = form.querySelector('[data-slot="error"]');
      place.textContent = this._words.say(`error.${status === 429 ? "rate_limited" : "line_unavailable"}`);
      place.hidden = false;
    } finally {
      button.disabled = false;
    }
  }

  _wrong(form, again) {
    form.replaceWith(again);
    const first = again.querySelector("[aria-invalid]") ?? [...again.querySelectorAll("fieldset")].find((f) => f.querySelector(".field__error").textContent)?.querySelector("input");
    first?.focus();
  }
}

/** Posts a form and gives the page that answers, as the browser makes it one. @param {string} url @param {URLSearchParams} body @param {Record<string, string>} headers @returns {Promise<XMLHttpRequest>} */
function post(url, body, headers) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("POST", url);
    call.responseType = "document";
    call.setRequestHeader("Accept", "text/html");
    for (const name of Object.keys(headers)) call.setRequestHeader(name, headers[name]);
    call.onload = () => resolve(call);
    call.onerror = reject;
    call.send(body);
  });
}
