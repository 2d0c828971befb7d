const NEAR = 48;

/** The reader's place in a thread: what is read stays where it is, the end is followed, and a pill offers the way down. */
export class Scroll {
  _box; _log; _jump; _words; _missed = 0; _watch = new AbortController();

  /** The last number drawn, where later ones have been taken out; 0 where the thread is whole to its end. */
  cut = 0;

  /** Draws the end again after it was cut off; set by whoever cut it. @type {() => Promise<void>} */
  back;

  /**
   * @param {HTMLElement} root @param {HTMLElement} log @param {import("./words.js").Words} words @param {() => void} onEnd called when the end comes into view
   * @param {() => void} onBack called when somebody reads back
   */
  constructor(root, log, words, onEnd, onBack) {
    this._box = log.closest(".thread") || root;
    this._log = log;
    this._jump = root.querySelector("[data-jump]");
    this._words = words;
    this._box.style.overflowAnchor = "none"; // we anchor ourselves, and two would fight
    const { signal } = this._watch;
    this._box.addEventListener("scroll", () => {
      if (!this.atEnd) return onBack();
      this._tell(0);
      onEnd();
    }, { passive: true, signal });
    this._jump?.addEventListener("click", () => this.toEnd(), { signal });
  }

  /** Whether the newest message is in view. The box is column-reverse: its end is 0, and above it is negative. */
  get atEnd() { return !this.cut && Math.abs(this._box.scrollTop) < NEAR; }

  /** What scrolls. */
  get box() { return this._box; }

  /** Changes the log without moving what is being read. @param {() => void} change */
  keep(change) {
    if (this.atEnd) return change();
    const line = this._anchor();
    const before = line?.getBoundingClientRect().top;
    change();
    const moved = line?.isConnected ? line.getBoundingClientRect().top - before : 0;
    if (moved) this._box.scrollTop += moved; // to set it, even to what it is, stops a finger's fling on iOS
  }

  /** A message has come: unless it is in view, the pill counts it. */
  missed() { if (!this.atEnd) this._tell(this._missed + 1); }

  /** Goes to the newest message. */
  toEnd() {
    if (this.cut) this.back().catch(() => {});
    this._box.scrollTop = 0;
    this._tell(0);
  }

  /** Where the reader is: the message at the top and how far it is from there; null at the end. @returns {{seq: string, top: number} | null} */
  get place() {
    const line = this.atEnd ? null : this._anchor();
    const seq = line?.dataset.seq;
    return seq ? { seq, top: line.getBoundingClientRect().top } : null;
  }

  /** Goes back to where the reader was. @param {{seq: string, top: number}} place */
  set place({ seq, top }) {
    const line = this._log.querySelector(`li[data-seq="${Number(seq)}"]`);
    if (line) this._box.scrollTop += line.getBoundingClientRect().top - top;
  }

  /** Lets go of the page. */
  disconnect() { this._watch.abort(); }

  _anchor() {
    const top = this._box.getBoundingClientRect().top;
    for (const li of this._log.children) if (li.getBoundingClientRect().bottom > top) return li;
    return null;
  }

  _tell(n) {
    this._missed = n;
    if (!this._jump) return;
    this._jump.hidden = n === 0;
    if (n > 0) (this._jump.querySelector('[data-slot="text"]') || this._jump).textContent = this._words.say("new_messages", { n });
  }
}
