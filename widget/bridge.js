/**
 * The wire between a chat page in a frame and the loader around it: close, and how many are unread; never a word of a
 * message, never a token. The loader names its own origin in the page's fragment. A lie gets a site nothing: the browser
 * delivers to that origin only.
 */
export class Bridge {
  #host = "";

  /** @param {{opened: () => void}} on opened: the panel was opened, the page should take the cursor */
  constructor({ opened }) {
    const told = new URLSearchParams(location.hash.slice(1)).get("host") ?? "";
    if (window.parent === window || !/^https?:\/\/[^/?#]+$/.test(told)) return;
    this.#host = told;
    addEventListener("message", (event) => {
      if (event.source === window.parent && event.origin === told && event.data?.type === "support:open") opened();
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("details[open]")) return;
      this.close();
    });
    for (const button of document.querySelectorAll("[data-minimize]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.close());
    }
  }

  /** Asks for the panel to be closed. */
  close() { this.#post({ type: "support:close" }); }

  /** @param {number} n how many messages are unread */
  unread(n) { this.#post({ type: "support:unread", n }); }

  #post(message) { if (this.#host) window.parent.postMessage(message, this.#host); }
}
