const HOLD = 500, WITHIN = 120_000;

/**
 * What can be done with a message: copied, and by its author taken back. A visitor's page has a menu for it, beside each message
 * for mouse and keyboard, and under a finger that stays; the console has its buttons beside each message.
 */
export class Tools {
  #root; #log; #side; #words; #post; #menu; #opener = null; #row = null; #hold; #off = new AbortController();

  /** @param {HTMLElement} root the [data-chat] element @param {{words: import("./words.js").Words, post: (path: string) => Promise<any>}} options post: to a path below the conversation's */
  constructor(root, { words, post }) {
    this.#root = root;
    this.#log = root.querySelector("[data-log]");
    this.#side = root.dataset.side;
    this.#words = words;
    this.#post = post;
    const made = root.querySelector("template[data-tools]");
    this.#menu = made && root.appendChild(document.importNode(made.content.querySelector("[role=menu]"), true));
    const { signal } = this.#off;
    const on = (target, kinds, f) => kinds.split(" ").forEach((kind) => target.addEventListener(kind, f, { signal }));
    on(root, "click", (event) => this.#click(event));
    on(root, "keydown", (event) => this.#key(event));
    on(this.#log, "contextmenu", (event) => { if (event.pointerType === "touch") event.preventDefault(); });
    on(this.#log, "pointerdown", (event) => this.#down(event));
    on(this.#log, "pointerup pointercancel pointermove", (event) => { if (event.type !== "pointermove" || Math.abs(event.movementY) > 3) clearTimeout(this.#hold); });
    on(root.querySelector(".thread"), "scroll", () => this.#close());
    on(this.#log, "pointerover focusin", ({ target }) => {
      const row = target.closest(".message[data-seq]"), recall = row?.querySelector('[data-action="recall"]');
      if (recall) recall.hidden = !this.#mine(row);
    });
    if (!made) return;
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../css/tools.css", import.meta.url).href }));
    const opener = made.content.querySelector("[data-opens]");
    const dress = () => {
      for (const body of this.#log.querySelectorAll(".message[data-seq] .message__body:not(:has([data-opens]))")) body.append(document.importNode(opener, true));
    };
    const watch = new MutationObserver(dress);
    watch.observe(this.#log, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-seq"] });
    signal.addEventListener("abort", () => watch.disconnect());
    dress();
  }

  /** Lets go of the page. */
  disconnect() {
    clearTimeout(this.#hold);
    this.#off.abort();
  }

  /** A finger that stays opens what a mouse has beside the message. */
  #down({ pointerType, target }) {
    clearTimeout(this.#hold);
    const row = target.closest(".message[data-seq]");
    if (pointerType !== "touch" || !row) return;
    this.#hold = setTimeout(() => {
      navigator.vibrate?.(8);
      if (this.#menu) this.#open(row);
      else row.querySelector(".message__tools button:not([hidden])")?.focus();
    }, HOLD);
  }

  #click({ target }) {
    const action = target.closest("[data-action]")?.dataset.action;
    const row = this.#menu?.contains(target) ? this.#row : target.closest(".message[data-seq]");
    if (target.closest("[data-opens]")) return this.#row === row ? this.#close() : this.#open(row, target.closest("[data-opens]"));
    if (row && action === "copy") return this.#copy(row);
    if (row && action === "recall") return this.#recall(row);
    if (!this.#menu?.contains(target)) this.#close();
  }

  #key(event) {
    if (!this.#row || !this.#menu) return;
    const items = [...this.#menu.querySelectorAll("button:not([hidden])")];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this.#close(true);
    else if (to !== undefined) items[(to + items.length) % items.length].focus();
    if (to !== undefined || event.key === "Escape") event.preventDefault();
  }

  /** Whether a message may still be taken back, as far as this page's clock knows. */
  #mine({ dataset: { by, author, at } }) {
    return by === this.#side && (by === "visitor" || author === this.#root.dataset.agent) && Date.now() - Date.parse(at) < WITHIN;
  }

  #open(row, opener = row.querySelector("[data-opens]")) {
    this.#close();
    this.#row = row;
    this.#opener = opener;
    this.#say("");
    this.#menu.querySelector('[data-action="recall"]').hidden = !this.#mine(row);
    this.#menu.hidden = false;
    opener?.setAttribute("aria-expanded", "true");
    row.classList.add("message--on");
    const box = row.querySelector(".bubble, .message__body").getBoundingClientRect(), { offsetWidth: w, offsetHeight: h } = this.#menu;
    const above = box.top - h - 8;
    this.#menu.style.setProperty("--x", `${Math.max(8, Math.min(row.matches(".message--own") ? box.right - w : box.left, innerWidth - w - 8))}px`);
    this.#menu.style.setProperty("--y", `${above > 56 ? above : Math.min(box.bottom + 8, innerHeight - h - 8)}px`);
    this.#menu.querySelector("button").focus({ preventScroll: true });
  }

  #close(back = false) {
    if (!this.#row || !this.#menu) return;
    this.#menu.hidden = true;
    this.#row.classList.remove("message--on");
    this.#opener?.setAttribute("aria-expanded", "false");
    if (back) this.#opener?.focus({ preventScroll: true });
    this.#row = null;
  }

  async #copy(row) {
    const text = row.querySelector('[data-slot="text"]')?.textContent.trim() ?? "";
    await navigator.clipboard.writeText(text).catch(() => this.#byHand(text)); // in another site's frame it may be refused
    this.#close(true);
  }

  #byHand(text) {
    const field = this.#root.appendChild(document.createElement("textarea"));
    field.className = "sr";
    field.value = text;
    field.select();
    document.execCommand("copy");
    field.remove();
  }

  async #recall(row) {
    try {
      await this.#post(`messages/${row.dataset.seq}/recall?locale=${document.documentElement.lang}`);
      this.#close();
    } catch ({ status, message, code }) {
      this.#say(status === 409 ? message : this.#words.say(`error.${code}`));
    }
  }

  #say(words) {
    const place = this.#menu?.querySelector('[data-slot="error"]') ?? this.#root.querySelector("[data-notice]");
    (place.querySelector('[data-slot="text"]') ?? place).textContent = words;
    place.hidden = !words;
    if (words && !this.#menu) setTimeout(() => { place.hidden = true; }, 6_000);
  }
}
