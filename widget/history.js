const NEWEST = Number.MAX_SAFE_INTEGER;
const PAGE = 50;

/** What is not on the screen yet: earlier messages on demand, another conversation's, or the whole log anew. */
export class History {
  #button; #thread; #catchup; #page; #off = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {{thread: import("./thread.js").Thread, catchup: import("./catchup.js").CatchUp, page: (query: string) => Promise<{messages: any[], has_more: boolean}>}} options
   */
  constructor(root, { thread, catchup, page }) {
    this.#button = root.querySelector("[data-earlier]");
    this.#thread = thread;
    this.#catchup = catchup;
    this.#page = page;
    this.#button?.addEventListener("click", (event) => {
      event.preventDefault();
      this.earlier();
    }, { signal: this.#off.signal });
  }

  /** Draws the page before the first message. */
  async earlier() {
    if (this.#button.ariaBusy === "true") return;
    this.#button.ariaBusy = "true";
    try {
      const page = await this.#page(`before=${this.#thread.first || NEWEST}&limit=${PAGE}`);
      this.#thread.draw(...page.messages);
      this.#more(page.has_more);
    } catch {
      // the button is still there to try again
    } finally {
      this.#button.ariaBusy = null;
    }
  }

  /** Draws the newest page of a conversation nothing is drawn of. @param {number} last its newest number, 0 for none */
  async open(last) {
    this.#catchup.reset(0);
    this.#more(false);
    if (last === 0) return;
    const page = await this.#page(`before=${NEWEST}&limit=${PAGE}`);
    this.#catchup.reset((page.messages[0]?.seq ?? 1) - 1);
    for (const message of page.messages) this.#catchup.push(message);
    this.#more(page.has_more);
  }

  /** Reads the whole log anew, however long it takes, and gives what was ours in the old one and is missing in it. */
  async again() {
    const ours = this.#thread.own();
    this.#thread.clear();
    this.#more(false);
    this.#catchup.reset(0);
    while (!(await this.#catchup.pull().then(() => true, () => false))) await new Promise((resolve) => setTimeout(resolve, 2_000));
    const there = new Set(this.#thread.own().map((m) => m.id));
    return ours.filter((m) => !there.has(m.id));
  }

  /** Lets go of the page. */
  disconnect() { this.#off.abort(); }

  #more(more) { if (this.#button) this.#button.hidden = !more; }
}
