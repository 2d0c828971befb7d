/** A conversation's part of the outbox: what is written there is drawn at once, and settled when it is seen in the log. */
export class Outgoing {
  _outbox; _lane; _thread; _conversation; _changed;

  /**
   * @param {{outbox: import("./outbox.js").Outbox, lane: string, thread: import("./thread.js").Thread, conversation: () => string, changed: () => void}} options
   *   changed: called when there is more or less to send
   */
  constructor({ outbox, lane, thread, conversation, changed }) {
    this._outbox = outbox;
    this._lane = lane;
    this._thread = thread;
    this._conversation = conversation;
    this._changed = changed;
    this.draw(outbox.items(lane));
  }

  /** Draws what an earlier page left to be sent. @param {import("./store.js").Item[]} items */
  draw(items) { for (const item of items) this._thread.pending(item); }

  /** Resolves when it is stored. @param {{id: string, text: string, kind: string, data?: any}} draft data: of a file, or what it quotes or answers */
  async send({ id, text, kind, data }) {
    const item = { id, data, lane: this._lane, conversation: this._conversation(), kind, text };
    const stored = this._outbox.add(item);
    this._thread.pending({ ...item, at: Date.now(), state: "pending" });
    this._changed();
    await stored;
  }

  /** @param {string} id */
  retry(id) {
    this._thread.retrying(id);
    this._outbox.retry(id);
  }

  /** It stands in the log. @param {string} [id] */
  settle(id) {
    if (!id) return;
    this._outbox.settle(id);
    this._changed();
  }
}

/** What is POSTed of an item. @param {import("./store.js").Item} item */
export function body({ id, kind, text, data }) {
  return data?.attachment_id ? { client_id: id, kind, data: { attachment_id: data.attachment_id } } : { client_id: id, kind, text, ...(data && { data }) };
}
