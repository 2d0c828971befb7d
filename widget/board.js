import { fetchPage } from "./swap.js";

const PACE = 5_000;
const PART = "[data-board]";

/** Asks every five seconds how the desk stands, and not while nobody sees it. What is focused, and how far it was scrolled, stays. */
class Board {
  connect() {
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this._look(); });
    this._next();
  }

  _next() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._look(), PACE);
  }

  async _look() {
    if (document.hidden || this._asking) return;
    this._asking = true;
    try {
      this._show((await fetchPage("/console/board", { partial: true })).querySelector(PART));
    } catch {
      document.querySelector(PART)?.classList.add("board--stale");
    }
    this._asking = false;
    this._next();
  }

  _show(fresh) {
    const old = document.querySelector(PART);
    if (!fresh || !old) return;
    const href = old.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    const label = old.contains(document.activeElement) ? document.activeElement?.getAttribute("aria-labelledby") : null;
    const next = document.importNode(fresh, true);
    old.replaceWith(next);
    const again = [...next.querySelectorAll("a, [tabindex]")].find((e) => (href && e.getAttribute("href") === href) || (label && e.getAttribute("aria-labelledby") === label));
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
}

new Board().connect();
