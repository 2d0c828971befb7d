import { findWay, listen } from "./ways.js";

const VERSION = 1;
const PATIENCE = 1_000;

/**
 * The wire between the page and whoever shows it: an app's WebView, a mini-program, or the widget's loader around a frame.
 * Both say hello with what they can do; what one does not know it passes over. No message's text and no token goes over it,
 * and sending and receiving never wait for it. Loaded only where there is a host. See docs/embedding/bridge.md.
 */
export class Host {
  _way; _on; _can; _known; _picking = new Map(); _picked = 0;

  /**
   * @param {{opened: () => void, identify: (identity: string) => void, logout: () => void, pause: () => void, resume: () => void,
   *   context: (context: object) => void}} on what the host may ask for
   */
  constructor(on) {
    this._on = on;
    this._way = findWay();
    if (!this._way) return;
    this._can = new Set(this._way.can);
    let answered;
    this._known = new Promise((resolve) => { answered = resolve; });
    if (this._way.can) answered();
    else setTimeout(answered, PATIENCE);
    listen(this._way, (message) => this._hear(message, answered));
    const { line, locale } = document.body.dataset;
    this._send("hello", { line, locale, can: ["pause", "resume", "insets", "identify", "logout", "context", "back", "picked"] });
    this._closes();
    this._escapes();
    this._links();
    this._files();
    this._titles();
    if (!this.framed) this._rests();
  }

  /** Whether the page is in a frame of the widget's. */
  get framed() { return this._way?.origin !== undefined; }

  /** @param {number} n how many messages are unread */
  unread(n) { this._send("unread", { n }); }

  /** The other side said something while the page stands there. @param {number} seq its number in the conversation */
  message(seq) { this._send("message", { seq }); }

  /** Whether the host does a thing; waits a second at most for it to say so. @param {string} what */
  async can(what) {
    await this._known;
    return this._can.has(what);
  }

  _send(op, more = {}) {
    try {
      this._way?.send({ support: VERSION, op, ...more });
    } catch {
      // a host that went away, or never was what it looked like
    }
  }

  _hear(message, answered) {
    const { op } = message;
    if (op === "hello") {
      this._can = new Set(Array.isArray(message.can) ? message.can : []);
      answered();
      this._closes();
      if (message.identity) this._on.identify(message.identity);
    } else if (op === "identify") this._on.identify(String(message.identity ?? ""));
    else if (op === "picked") this._take(message);
    else if (op === "insets") inset(message);
    else if (op === "back") this._send("back", { handled: back() });
    else if (op === "context") this._on.context(message);
    else if (["opened", "logout", "pause", "resume"].includes(op)) this._on[op]();
  }

  /** The button in the page's bar closes what the host shows it in. */
  _closes() {
    if (this.framed || this._can.has("close")) {
      for (const button of document.querySelectorAll("[data-minimize]")) {
        button.hidden = false;
        button.onclick = () => this._send("close");
      }
    }
  }

  _escapes() {
    if (!this.framed) return;
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing || document.querySelector("details.menu[open], dialog[open]")) return;
      this._send("close");
    });
  }

  /** A link asks for a new window, which many an app does not open: it opens it itself, or the page goes there and can come back. */
  _links() {
    addEventListener("click", async (event) => {
      const link = event.target.closest?.("a[target=_blank]");
      if (!link || event.defaultPrevented || (this.framed && !this._can.has("open"))) return;
      event.preventDefault();
      if (await this.can("open")) this._send("open", { url: link.href });
      else location.assign(link.href);
    });
    addEventListener("support:open", (event) => { // a card of the host's own
      if (!this._can.has("open")) return;
      event.preventDefault();
      this._send("open", { card: event.detail });
    });
  }

  /** A host that picks files itself does so for every field of the page's. */
  _files() {
    addEventListener("click", (event) => {
      const field = event.target.closest?.("input[type=file]");
      if (!field || !this._can.has("pickFile")) return;
      event.preventDefault();
      const id = ++this._picked;
      this._picking.set(id, field);
      this._send("pickFile", { id, accept: field.accept, multiple: field.multiple });
    });
  }

  async _take({ id, files = [] }) {
    const field = this._picking.get(id);
    this._picking.delete(id);
    if (!field || files.length === 0) return;
    const given = new DataTransfer();
    for (const { name, type, data } of files) {
      given.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], String(name), { type: String(type ?? "") }));
    }
    field.files = given.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Who is at the other end, for a host that draws the bar. */
  _titles() {
    const who = document.querySelector("[data-who]");
    if (!who) return;
    const tell = () => this._send("title", { text: who.textContent, note: document.querySelector("[data-who-note]")?.textContent ?? "" });
    new MutationObserver(tell).observe(who, { childList: true, characterData: true, subtree: true });
    tell();
  }

  /** An app that shows something else needs no stream: it is taken up again by its number. */
  _rests() {
    document.addEventListener("visibilitychange", () => this._on[document.visibilityState === "visible" ? "resume" : "pause"]());
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
