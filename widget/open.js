import { swap } from "./swap.js";

const PANE = "main.pane";
const SIDE = "aside.side";

/** Opens conversations in place: the pane and the visitor's panel are changed, the page stays. */
export class Opener {
  _opened; _abort = null;

  /** @param {(title: string) => void} opened called after the pane was replaced */
  constructor(opened) {
    this._opened = opened;
    document.addEventListener("click", (event) => this._click(event), true);
    addEventListener("popstate", () => this._show(location.href));
  }

  /** @param {string} url of a conversation */
  async open(url) {
    if (await this._show(url)) history.pushState({ support: true }, "", url);
  }

  /** Fetches the head of the pane and the visitor's panel anew: who has the conversation changed. */
  async refresh() { await swap(location.href, [".pane__head", SIDE, "dialog[data-labels]:not([open])"], { partial: true }).catch(() => {}); }

  _click(event) {
    const link = event.target.closest?.("a.item");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.open(link.href);
  }

  async _show(url) {
    this._abort?.abort();
    const abort = (this._abort = new AbortController());
    try {
      const page = await swap(url, [PANE, SIDE], { partial: true, signal: abort.signal });
      document.body.dataset.view = document.querySelector(`${PANE}[data-chat]`) ? "thread" : "list";
      document.body.classList.remove("console--side");
      markRows()?.scrollIntoView({ block: "nearest" });
      this._opened(page.title);
      return true;
    } catch {
      if (!abort.signal.aborted) location.assign(url);
      return false;
    }
  }
}

/** Marks the row of the conversation that is open, whatever the list was drawn for. Returns it. @returns {HTMLElement | null} */
export function markRows() {
  const id = document.querySelector(PANE)?.dataset.conversation ?? "";
  let open = null;
  for (const row of document.querySelectorAll("[data-row]")) {
    if (row.dataset.row === id) open = row;
    row.querySelector("a.item").toggleAttribute("aria-current", row === open);
  }
  open?.querySelector("a.item").setAttribute("aria-current", "true");
  return open;
}
