const LIMIT = 1 << 20;

/**
 * Reads a text/event-stream as the HTML standard says, whatever way it was cut into pieces: LF, CR and CRLF end a line,
 * a blank line ends an event, an event without data is none, an id with NUL is ignored.
 */
export class Parser {
  _on;
  _buffer = "";
  _afterCR = false;
  _begun = false;
  _kind = "";
  _data = null;
  _id;

  /**
   * @param {(event: {kind: string, data: string, id: string}) => void} onEvent
   * @param {{id?: string, onRetry?: (ms: number) => void}} [options] id: the number to go on from
   */
  constructor(onEvent, { id = "", onRetry = () => {} } = {}) {
    this._on = { event: onEvent, retry: onRetry };
    this._id = id;
  }

  /** The last event's number, "" before the first. */
  get id() { return this._id; }

  /** Takes the next piece of text. Throws RangeError when a line grows beyond 1 MB.
   * @param {string} text */
  feed(text) {
    if (!this._begun && text !== "") {
      this._begun = true;
      if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    }
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c !== 10 && c !== 13) { this._afterCR = false; continue; }
      if (c === 10 && this._afterCR) { this._afterCR = false; start = i + 1; continue; }
      this._afterCR = c === 13;
      const line = this._buffer + text.slice(start, i);
      this._buffer = "";
      start = i + 1;
      this._line(line);
    }
    this._buffer += text.slice(start);
    if (this._buffer.length > LIMIT) throw new RangeError("event stream: line too long");
  }

  _line(line) {
    if (line === "") return this._dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "event") this._kind = value;
    else if (field === "data") this._data = this._data === null ? value : this._data + "\n" + value;
    else if (field === "id" && !value.includes("\0")) this._id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this._on.retry(Number(value));
  }

  _dispatch() {
    const kind = this._kind || "message";
    const data = this._data;
    this._kind = "";
    this._data = null;
    if (data !== null && data !== "") this._on.event({ kind, data, id: this._id });
  }
}
