const NEAR = 48;

/** The reader's place in a thread: what is read stays where it is, the end is followed, and a pill offers the way down. */
export class Scroll {
  #box; #log; #jump; #words; #missed = 0; #watch = new AbortController();

  /** @param {HTMLElement} root @param {HTMLElement} log @param {import("./words.js").Words} words @param {() => void} onEnd called when the end comes into view */
  constructor(root, log, words, onEnd) {
    this.#box = log.closest(".thread") ?? root;
    this.#log = log;
    this.#jump = root.querySelector("[data-jump]");
    this.#words = words;
    this.#box.style.overflowAnchor = "none"; // we anchor ourselves, and two would fight
    const { signal } = this.#watch;
    this.#box.addEventListener("scroll", () => {
      if (!this.atEnd) return;
      this.#tell(0);
      onEnd();
    }, { passive: true, signal });
    this.#jump?.addEventListener("click", () => this.toEnd(), { signal });
  }

  /** Whether the newest message is in view. The box is column-reverse: its end is 0, and above it is negative. */
  get atEnd() { return Math.abs(this.#box.scrollTop) < NEAR; }

  /** Changes the log without moving what is being read. @param {() => void} change */
  keep(change) {
    if (this.atEnd) return change();
    const line = this.#anchor();
    const before = line?.getBoundingClientRect().top;
    change();
    if (line?.isConnected) this.#box.scrollTop += line.getBoundingClientRect().top - before;
  }

  /** A message has come: unless it is in view, the pill counts it. */
  missed() { if (!this.atEnd) this.#tell(this.#missed + 1); }

  /** Goes to the newest message. */
  toEnd() {
    this.#box.scrollTop = 0;
    this.#tell(0);
  }

  /** Where the reader is: the message at the top and how far it is from there; null at the end. @returns {{seq: string, top: number} | null} */
  get place() {
    const line = this.atEnd ? null : this.#anchor();
    const seq = line?.dataset.seq;
    return seq ? { seq, top: line.getBoundingClientRect().top } : null;
  }

  /** Goes back to where the reader was. @param {{seq: string, top: number}} place */
  set place({ seq, top }) {
    const line = this.#log.querySelector(`li[data-seq="${Number(seq)}"]`);
    if (line) this.#box.scrollTop += line.getBoundingClientRect().top - top;
  }

  /** Lets go of the page. */
  disconnect() { this.#watch.abort(); }

  #anchor() {
    const top = this.#box.getBoundingClientRect().top;
    for (const li of this.#log.children) if (li.getBoundingClientRect().bottom > top) return li;
    return null;
  }

  #tell(n) {
    this.#missed = n;
    if (!this.#jump) return;
    this.#jump.hidden = n === 0;
    if (n > 0) (this.#jump.querySelector('[data-slot="text"]') ?? this.#jump).textContent = this.#words.say("new_messages", { n });
  }
}
