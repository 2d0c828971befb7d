import { sheet } from "./sheet.js";

const HOLD = 500, WITHIN = 120_000;

/**
 * What can be done with a message: copied, and by its author taken back. A visitor's page has a menu for it, beside each message
 * for mouse and keyboard, and under a finger that stays; the console has its buttons beside each message.
 */
export class Tools {
  _root; _log; _side; _words; _post; _quote; _find; _menu; _opener = null; _row = null; _styled; _hold; _off = new AbortController();

  /** @param {HTMLElement} root the [data-chat] element @param {{words: import("./words.js").Words, post: (path: string) => Promise<any>, quote: (quote?: any) => void, find: (seq: number) => Promise<HTMLElement | null>}} options post: to a path below the conversation's; find: draws a message that is not on the page */
  constructor(root, { words, post, quote, find }) {
    this._root = root;
    this._log = root.querySelector("[data-log]");
    this._side = root.dataset.side;
    this._words = words;
    this._post = post;
    this._quote = quote;
    this._find = find;
    const made = root.querySelector("template[data-tools]");
    this._menu = made && root.querySelector(".thread").appendChild(document.importNode(made.content.querySelector("[role=menu]"), true));
    const { signal } = this._off;
    const on = (target, kinds, f) => kinds.split(" ").forEach((kind) => target.addEventListener(kind, f, { signal }));
    on(root, "click", (event) => this._click(event));
    on(root, "keydown", (event) => this._key(event));
    on(this._log, "contextmenu", (event) => { if (event.pointerType === "touch") event.preventDefault(); });
    on(this._log, "pointerdown", (event) => this._down(event));
    on(this._log, "pointerup pointercancel pointermove", (event) => { if (event.type !== "pointermove" || Math.abs(event.movementY) > 3) clearTimeout(this._hold); });
    on(root.querySelector(".thread"), "scroll", () => this._close());
    on(this._log, "pointerover focusin", ({ target }) => {
      const row = target.closest(".message[data-seq]"), recall = row?.querySelector('[data-action="recall"]');
      if (recall) recall.hidden = !this._mine(row);
    });
    if (!made) return;
    const opener = made.content.querySelector("[data-opens]");
    const dress = () => {
      for (const body of this._log.querySelectorAll(".message[data-seq] .message__body:not(:has([data-opens]))")) body.append(document.importNode(opener, true));
    };
    const watch = new MutationObserver(dress);
    signal.addEventListener("abort", () => watch.disconnect());
    this._styled = sheet("tools.css").then(() => { // before that they would take room, and move what a finger is about to touch
      if (signal.aborted) return;
      watch.observe(this._log, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-seq"] });
      dress();
    });
  }

  /** Lets go of the page. */
  disconnect() {
    clearTimeout(this._hold);
    this._off.abort();
  }

  /** A finger that stays opens what a mouse has beside the message. */
  _down({ pointerType, target }) {
    clearTimeout(this._hold);
    const row = target.closest(".message[data-seq]");
    if (pointerType !== "touch" || !row) return;
    this._hold = setTimeout(() => {
      navigator.vibrate?.(8);
      if (this._menu) this._open(row);
      else row.querySelector(".message__tools button:not([hidden])")?.focus();
    }, HOLD);
  }

  _click(event) {
    const { target } = event;
    const quoted = target.closest("[data-quote]");
    if (quoted) {
      event.preventDefault(); // the fragment belongs to the loader
      return this._show(quoted.dataset.quote);
    }
    if (target.closest("[data-unquote]")) return this._quote();
    const action = target.closest("[data-action]")?.dataset.action;
    const row = this._menu?.contains(target) ? this._row : target.closest(".message[data-seq]");
    if (target.closest("[data-opens]")) return this._row === row ? this._close() : this._open(row, target.closest("[data-opens]"));
    if (row && action === "quote") return this._cite(row);
    if (row && action === "copy") return this._copy(row);
    if (row && action === "recall") return this._recall(row);
    if (!this._menu?.contains(target)) this._close();
  }

  _key(event) {
    if (!this._row || !this._menu) return;
    const items = [...this._menu.querySelectorAll("button:not([hidden])")];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this._close(true);
    else if (to !== undefined) items[(to + items.length) % items.length].focus();
    if (to !== undefined || event.key === "Escape") event.preventDefault();
  }

  /** Whether a message may still be taken back, as far as this page's clock knows. */
  _mine({ dataset: { by, author, at } }) {
    return by === this._side && (by === "visitor" || author === this._root.dataset.agent) && Date.now() - Date.parse(at) < WITHIN;
  }

  async _open(row, opener = row.querySelector("[data-opens]")) {
    this._close();
    this._row = row;
    await this._styled; // where it goes depends on how large it is
    if (this._row !== row) return;
    this._opener = opener;
    this._say("");
    this._menu.querySelector('[data-action="recall"]').hidden = !this._mine(row);
    this._menu.hidden = false;
    opener?.setAttribute("aria-expanded", "true");
    row.classList.add("message--on");
    const box = row.querySelector(".bubble, .message__body").getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = this._menu;
    const above = box.top - h - 8;
    this._menu.style.setProperty("--x", `${Math.max(8, Math.min(row.matches(".message--own") ? box.right - w : box.left, innerWidth - w - 8))}px`);
    this._menu.style.setProperty("--y", `${above > 56 ? above : Math.min(box.bottom + 8, innerHeight - h - 8)}px`);
    this._menu.querySelector("button").focus({ preventScroll: true });
  }

  _close(back = false) {
    if (!this._row || !this._menu) return;
    this._menu.hidden = true;
    this._row.classList.remove("message--on");
    this._opener?.setAttribute("aria-expanded", "false");
    if (back) this._opener?.focus({ preventScroll: true });
    this._row = null;
  }

  /** Brings the message that a quote is of before the reader, wherever in the log it is. */
  async _show(seq) {
    const row = await this._find(Number(seq)).catch(() => null);
    if (!row) return;
    row.scrollIntoView({ block: "center" });
    row.classList.add("message--on");
    setTimeout(() => row.classList.remove("message--on"), 1_500);
  }

  _cite(row) {
    const said = (name) => row.querySelector(`[data-slot="${name}"]`)?.textContent.trim() ?? "";
    const { seq, by } = row.dataset;
    this._close();
    this._quote({ seq: Number(seq), by, author: by === "visitor" && this._words.has("you") ? this._words.say("you") : said("name"), excerpt: [...said("text")].slice(0, 120).join("") });
  }

  async _copy(row) {
    const text = row.querySelector('[data-slot="text"]')?.textContent.trim() ?? "";
    await navigator.clipboard.writeText(text).catch(() => this._byHand(text)); // in another site's frame it may be refused
    this._close(true);
  }

  _byHand(text) {
    const field = this._root.appendChild(document.createElement("textarea"));
    field.className = "sr";
    field.value = text;
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  async _recall(row) {
    try {
      await this._post(`messages/${row.dataset.seq}/recall?locale=${document.documentElement.lang}`);
      this._close();
    } catch ({ status, message, code }) {
      this._say(status === 409 ? message : this._words.say(`error.${code}`));
    }
  }

  _say(words) {
    const place = this._menu?.querySelector('[data-slot="error"]') ?? this._root.querySelector("[data-notice]");
    (place.querySelector('[data-slot="text"]') ?? place).textContent = words;
    place.hidden = !words;
    if (words && !this._menu) setTimeout(() => { place.hidden = true; }, 6_000);
  }
}
