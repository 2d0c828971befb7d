const LIMIT = 1 << 20;

/**
 * Reads a text/event-stream as the HTML standard says, whatever way it was cut into pieces: LF, CR and CRLF end a line,
 * a blank line ends an event, an event without data is none, an id with NUL is ignored.
 */
export class Parser {
  #on;
  #buffer = "";
  #afterCR = false;
  #begun = false;
  #kind = "";
  #data = null;
  #id;

  /**
   * @param {(event: {kind: string, data: string, id: string}) => void} onEvent
   * @param {{id?: string, onRetry?: (ms: number) => void}} [options] id: the number to go on from
   */
  constructor(onEvent, { id = "", onRetry = () => {} } = {}) {
    this.#on = { event: onEvent, retry: onRetry };
    this.#id = id;
  }

  /** The last event's number, "" before the first. */
  get id() { return this.#id; }

  /** Takes the next piece of text. Throws RangeError when a line grows beyond 1 MB.
   * @param {string} text */
  feed(text) {
    if (!this.#begun && text !== "") {
      this.#begun = true;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c !== 10 && c !== 13) { this.#afterCR = false; continue; }
      if (c === 10 && this.#afterCR) { this.#afterCR = false; start = i + 1; continue; }
      this.#afterCR = c === 13;
      const line = this.#buffer + text.slice(start, i);
      this.#buffer = "";
      start = i + 1;
      this.#line(line);
    }
    this.#buffer += text.slice(start);
    if (this.#buffer.length > LIMIT) throw new RangeError("event stream: line too long");
  }

  #line(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "event") this.#kind = value;
    else if (field === "data") this.#data = this.#data === null ? value : this.#data + "\n" + value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.#on.retry(Number(value));
  }

  #dispatch() {
    const kind = this.#kind || "message";
    const data = this.#data;
    this.#kind = "";
    this.#data = null;
    if (data !== null && data !== "") this.#on.event({ kind, data, id: this.#id });
  }
}
