const NEWEST = Number.MAX_SAFE_INTEGER;
const PAGE = 50;

/** What is not on the screen yet: earlier messages on demand, another conversation's, or the whole log anew. */
export class History {
  _button; _thread; _catchup; _page; _off = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {{thread: import("./thread.js").Thread, catchup: import("./catchup.js").CatchUp, page: (query: string) => Promise<{messages: any[], has_more: boolean}>}} options
   */
  constructor(root, { thread, catchup, page }) {
    this._button = root.querySelector("[data-earlier]");
    this._thread = thread;
    this._catchup = catchup;
    this._page = page;
    this._button?.addEventListener("click", (event) => {
      event.preventDefault();
      this.earlier();
    }, { signal: this._off.signal });
  }

  /** Draws the page before the first message. */
  async earlier() {
    if (this._button.ariaBusy === "true") return;
    this._button.ariaBusy = "true";
    try {
      const page = await this._page(`before=${this._thread.first || NEWEST}&limit=${PAGE}`);
      this._thread.draw(...page.messages);
      this._more(page.has_more);
    } catch {
      // the button is still there to try again
    } finally {
      this._button.ariaBusy = null;
    }
  }

  /** Draws the newest page of a conversation nothing is drawn of. @param {number} last its newest number, 0 for none */
  async open(last) {
    this._catchup.reset(0);
    this._more(false);
    if (last === 0) return;
    const page = await this._page(`before=${NEWEST}&limit=${PAGE}`);
    this._catchup.reset((page.messages[0]?.seq ?? 1) - 1);
    for (const message of page.messages) this._catchup.push(message);
    this._more(page.has_more);
  }

  /** Reads the whole log anew, however long it takes, and gives what was ours in the old one and is missing in it. */
  async again() {
    const ours = this._thread.own();
    this._thread.clear();
    this._more(false);
    this._catchup.reset(0);
    while (!(await this._catchup.pull().then(() => true, () => false))) await new Promise((resolve) => setTimeout(resolve, 2_000));
    const there = new Set(this._thread.own().map((m) => m.id));
    return ours.filter((m) => !there.has(m.id));
  }

  /** Lets go of the page. */
  disconnect() { this._off.abort(); }

  _more(more) { if (this._button) this._button.hidden = !more; }
}
