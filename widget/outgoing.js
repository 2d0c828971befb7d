/** A conversation's part of the outbox: what is written there is drawn at once, and settled when it is seen in the log. */
export class Outgoing {
  #outbox; #lane; #thread; #conversation; #changed;

  /**
   * @param {{outbox: import("./outbox.js").Outbox, lane: string, thread: import("./thread.js").Thread, conversation: () => string, changed: () => void}} options
   *   changed: called when there is more or less to send
   */
  constructor({ outbox, lane, thread, conversation, changed }) {
    this.#outbox = outbox;
    this.#lane = lane;
    this.#thread = thread;
    this.#conversation = conversation;
    this.#changed = changed;
    this.draw(outbox.items(lane));
  }

  /** Draws what an earlier page left to be sent. @param {import("./store.js").Item[]} items */
  draw(items) { for (const item of items) this.#thread.pending(item); }

  /** Resolves when it is stored. @param {{id: string, text: string, kind: string, data?: any}} draft data: of a file */
  async send({ id, text, kind, data }) {
    const item = { id, data, lane: this.#lane, conversation: this.#conversation(), kind, text };
    const stored = this.#outbox.add(item);
    this.#thread.pending({ ...item, at: Date.now(), state: "pending" });
    this.#changed();
    await stored;
  }

  /** @param {string} id */
  retry(id) {
    this.#thread.retrying(id);
    this.#outbox.retry(id);
  }

  /** It stands in the log. @param {string} [id] */
  settle(id) {
    if (!id) return;
    this.#outbox.settle(id);
    this.#changed();
  }
}

/** What is POSTed of an item. @param {import("./store.js").Item} item */
export function body({ id, kind, text, data }) {
  return data ? { client_id: id, kind, data: { attachment_id: data.attachment_id } } : { client_id: id, kind, text };
}
