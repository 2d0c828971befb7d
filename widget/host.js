import { findWay, listen } from "./ways.js";

const VERSION = 1;
const PATIENCE = 1_000;

/**
 * The wire between the page and whoever shows it: an app's WebView, a mini-program, or the widget's loader around a frame.
 * Both say hello with what they can do; what one does not know it passes over. No message's text and no token goes over it,
 * and sending and receiving never wait for it. Loaded only where there is a host. See docs/embedding/bridge.md.
 */
export class Host {
  #way; #on; #can; #known; #picking = new Map(); #picked = 0;

  /**
   * @param {{opened: () => void, identify: (identity: string) => void, logout: () => void, pause: () => void, resume: () => void,
   *   context: (context: object) => void}} on what the host may ask for
   */
  constructor(on) {
    this.#on = on;
    this.#way = findWay();
    if (!this.#way) return;
    this.#can = new Set(this.#way.can);
    let answered;
    this.#known = new Promise((resolve) => { answered = resolve; });
    if (this.#way.can) answered();
    else setTimeout(answered, PATIENCE);
    listen(this.#way, (message) => this.#hear(message, answered));
    const { line, locale } = document.body.dataset;
    this.#send("hello", { line, locale, can: ["pause", "resume", "insets", "identify", "logout", "context", "back", "picked"] });
    this.#closes();
    this.#escapes();
    this.#links();
    this.#files();
    this.#titles();
    if (!this.framed) this.#rests();
  }

  /** Whether the page is in a frame of the widget's. */
  get framed() { return this.#way?.origin !== undefined; }

  /** @param {number} n how many messages are unread */
  unread(n) { this.#send("unread", { n }); }

  /** The other side said something while the page stands there. @param {number} seq its number in the conversation */
  message(seq) { this.#send("message", { seq }); }

  /** Whether the host does a thing; waits a second at most for it to say so. @param {string} what */
  async can(what) {
    await this.#known;
    return this.#can.has(what);
  }

  #send(op, more = {}) {
    try {
      this.#way?.send({ support: VERSION, op, ...more });
    } catch {
      // a host that went away, or never was what it looked like
    }
  }

  #hear(message, answered) {
    const { op } = message;
    if (op === "hello") {
      this.#can = new Set(Array.isArray(message.can) ? message.can : []);
      answered();
      this.#closes();
      if (message.identity) this.#on.identify(message.identity);
    } else if (op === "identify") this.#on.identify(String(message.identity ?? ""));
    else if (op === "picked") this.#take(message);
    else if (op === "insets") inset(message);
    else if (op === "back") this.#send("back", { handled: back() });
    else if (op === "context") this.#on.context(message);
    else if (["opened", "logout", "pause", "resume"].includes(op)) this.#on[op]();
  }

  /** The button in the page's bar closes what the host shows it in. */
  #closes() {
    if (this.framed || this.#can.has("close")) {
      for (const button of document.querySelectorAll("[data-minimize]")) {
        button.hidden = false;
        button.onclick = () => this.#send("close");
      }
    }
  }

  #escapes() {
    if (!this.framed) return;
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("details.menu[open], dialog[open]")) return;
      this.#send("close");
    });
  }

  /** A link asks for a new window, which many an app does not open: it opens it itself, or the page goes there and can come back. */
  #links() {
    addEventListener("click", async (event) => {
      const link = event.target.closest?.("a[target=_blank]");
      if (!link || event.defaultPrevented || (this.framed && !this.#can.has("open"))) return;
      event.preventDefault();
      if (await this.can("open")) this.#send("open", { url: link.href });
      else location.assign(link.href);
    });
    addEventListener("support:open", (event) => { // a card of the host's own
      if (!this.#can.has("open")) return;
      event.preventDefault();
      this.#send("open", { card: event.detail });
    });
  }

  /** A host that picks files itself does so for every field of the page's. */
  #files() {
    addEventListener("click", (event) => {
      const field = event.target.closest?.("input[type=file]");
      if (!field || !this.#can.has("pickFile")) return;
      event.preventDefault();
      const id = ++this.#picked;
      this.#picking.set(id, field);
      this.#send("pickFile", { id, accept: field.accept, multiple: field.multiple });
    });
  }

  async #take({ id, files = [] }) {
    const field = this.#picking.get(id);
    this.#picking.delete(id);
    if (!field || files.length === 0) return;
    const given = new DataTransfer();
    for (const { name, type, data } of files) {
      given.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], String(name), { type: String(type ?? "") }));
    }
    field.files = given.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Who is at the other end, for a host that draws the bar. */
  #titles() {
    const who = document.querySelector("[data-who]");
    if (!who) return;
    const tell = () => this.#send("title", { text: who.textContent, note: document.querySelector("[data-who-note]")?.textContent ?? "" });
    new MutationObserver(tell).observe(who, { childList: true, characterData: true, subtree: true });
    tell();
  }

  /** An app that shows something else needs no stream: it is taken up again by its number. */
  #rests() {
    document.addEventListener("visibilitychange", () => this.#on[document.visibilityState === "visible" ? "resume" : "pause"]());
  }
}

/** Closes what lies over the thread. @returns {boolean} whether anything did */
export function back() {
  if (!document.dispatchEvent(new Event("support:back", { cancelable: true }))) return true;
  const open = document.querySelector("dialog[open], details.menu[open]");
  if (!open) return false;
  if (open.close) open.close();
  else open.open = false;
  return true;
}

/** The room a host leaves at each edge, in CSS pixels, in place of what the system says. */
function inset(room) {
  const { style, classList } = document.body;
  if (classList.contains("chat--flush")) return; // inset=none: the host leaves it itself
  for (const [edge, name] of [["top", "--top"], ["bottom", "--end"]]) {
    if (typeof room[edge] === "number" && room[edge] >= 0 && room[edge] < 400) style.setProperty(name, `${room[edge]}px`);
  }
}
