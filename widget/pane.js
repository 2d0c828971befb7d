import { CatchUp } from "./catchup.js";
import { Composer } from "./composer.js";
import { History } from "./history.js";
import { Marks } from "./marks.js";
import { Notice } from "./notice.js";
import { Outgoing } from "./outgoing.js";
import { Receipts } from "./receipts.js";
import { Status } from "./status.js";
import { Thread } from "./thread.js";
import { Typing } from "./typing.js";

/** One conversation on a screen: a visitor's page, or the middle of the console. It is told what happens. */
export class Pane {
  #root; #side; #unread; #divided;
  #marks; #thread; #catchup; #history; #outgoing; #receipts; #typing; #notice; #status;

  /** @type {Composer | undefined} */
  composer;

  /**
   * @param {HTMLElement} root the [data-chat] element
   * @param {{api: import("./api.js").API, outbox: import("./outbox.js").Outbox, words: import("./words.js").Words, lane: string,
   *   unread?: (n: number) => void}} options
   */
  constructor(root, { api, outbox, words, lane, unread = () => {} }) {
    const { side, line, conversation, delivered, read, last, seen } = root.dataset;
    this.#root = root;
    this.#side = side;
    this.#unread = unread;
    this.#divided = root.querySelector("[data-unread]") !== null;
    this.#marks = new Marks(Number(delivered), Number(read));
    this.#thread = new Thread(root, { words, marks: this.#marks, onEnd: () => this.#receipts.look(), onRetry: (id) => this.#outgoing.retry(id) });
    this.#catchup = new CatchUp({ last: Number(last), fetch: (after) => api.get(`${this.#path}/messages?after=${after}&limit=200`), release: (m) => this.#release(m) });
    this.#receipts = new Receipts({ seen: Number(seen), delivers: side === "visitor", post: (body) => api.post(`${this.#path}/read`, body), looking: () => this.#looking, moved: () => this.#moved() });
    this.#typing = new Typing(root, { words, tell: async (body) => this.id && api.post(`${this.#path}/typing`, body) });
    this.#notice = new Notice(root, { words, waiting: () => outbox.items() });
    this.#status = new Status(root, words);
    const form = root.querySelector("form[data-composer]");
    if (form) this.composer = new Composer(form, { key: `${side}:${conversation && side === "agent" ? conversation : line}`, words, on: { send: (draft) => this.write(draft), typing: (text) => this.#typing.typed(text) } });
    this.#history = new History(root, { thread: this.#thread, catchup: this.#catchup, page: (query) => api.get(`${this.#path}/messages?${query}`) });
    this.#outgoing = new Outgoing({ outbox, lane, thread: this.#thread, conversation: () => this.id, changed: () => this.#notice.update() });
    if (Number(last) > 0) this.#receipts.arrived(Number(last));
    this.#tell();
  }

  /** The conversation's id, "" before there is one. */
  get id() { return this.#root.dataset.conversation ?? ""; }
  /** The reader's place in the thread; see Scroll. */
  get scroll() { return this.#thread.scroll; }
  /** What tells the server who asks for a picture, at the end of its address. */
  get as() { return this.#side === "agent" ? "?as=agent" : ""; }
  get root() { return this.#root; }
  get thread() { return this.#thread; }
  /** The newest number drawn. */
  get last() { return this.#catchup.last; }

  /** Draws what an earlier page left to be sent. @param {import("./store.js").Item[]} items */
  pending(items) { this.#outgoing.draw(items); }

  /** Takes an event of the stream. @param {string} kind @param {any} data */
  hear(kind, data) {
    if (kind === "message") this.#know(data);
    else if (kind === "receipt" && data.kind !== this.#side) this.#remark(this.#marks.receipt(data));
    else if (kind === "conversation") this.#status.show(data);
    else if (kind === "typing" && data.author?.kind !== this.#side) this.#typing.show(data);
    else if (kind === "reset") this.#again();
    else if (kind === "heartbeat") {
      this.#catchup.head(data.head ?? 0);
      this.#notice.degraded(data.degraded === true);
      this.#remark(this.#marks.heartbeat(this.#side, data.read));
    }
  }

  /** Whether a conversation stands elsewhere than the page was drawn for. @param {any} conversation chat.Conversation */
  differs({ status, agent }) { return status !== this.#root.dataset.status || (agent?.id ?? "") !== (this.#root.dataset.holder ?? agent?.id ?? ""); }

  /** Whether events are arriving at all. @param {boolean} open */
  stream(open) { this.#notice.stream(open); }

  /** The outbox was answered. @param {import("./store.js").Item} item @param {any} message */
  sent(item, message) {
    this.#thread.accepted(item.id);
    if (message && (item.conversation || this.id) === this.id) this.#take(message);
    this.#notice.update();
  }

  /** The outbox was refused. @param {import("./store.js").Item} item */
  failed(item) {
    this.#thread.failed(item);
    this.#notice.update();
  }

  /** Turns to another conversation than the page was drawn with. @param {any} conversation chat.Conversation */
  async attach(conversation) {
    if (conversation.id === this.id) return this.#status.show(conversation);
    this.#root.dataset.conversation = conversation.id;
    this.#thread.clear();
    this.#status.show(conversation);
    this.#remark(this.#marks.heartbeat(this.#side, conversation.read));
    this.#receipts.reset(conversation.read?.[this.#side] ?? 0);
    await this.#history.open(conversation.last_seq ?? 0);
  }

  /** Lets go of the page. What is written or waits stays kept. */
  disconnect() {
    for (const part of [this.#thread, this.#history, this.#receipts, this.#notice, this.composer]) part?.disconnect();
    this.#typing.hide();
    this.#catchup.stop();
  }

  get #path() { return `/api/v1/conversations/${this.id}`; }
  get #looking() { return document.visibilityState === "visible" && document.hasFocus() && this.#thread.scroll.atEnd; }

  /** Of our own messages a visitor's stream tells the id's ending. One that has no row waiting for it another page has written. */
  #know(message) {
    if (message.client_end && message.seq > this.last && !(message.client_id = this.#thread.waiting(message.client_end))) this.#catchup.lacks(message.seq);
    else this.#take(message);
  }

  #take(message) {
    if (message.kind !== "note") return this.#catchup.push(message);
    this.#thread.draw(message);
    this.#outgoing.settle(message.client_id);
  }

  #release(message) {
    const looking = this.#looking;
    this.#thread.draw(message);
    this.#root.dataset.last = String(message.seq);
    this.#outgoing.settle(message.client_id);
    if (message.author?.kind === this.#side) return;
    this.#typing.hide();
    this.#receipts.arrived(message.seq);
    if (message.author?.kind === "system") return;
    this.#remark(this.#marks.receipt({ read: message.seq })); // who answers has read what stands before
    if (!looking && !this.#divided && message.seq > this.#receipts.seen) this.#thread.divide(message.seq);
    this.#divided ||= !looking;
    this.#thread.scroll.missed();
    this.#tell();
  }

  #moved() {
    this.#divided = false; // the next unseen message gets the line above it
    this.#tell();
  }

  #tell() { this.#unread(this.#thread.unread(this.#receipts.seen)); }
  #remark(moved) { if (moved) this.#thread.remark(); }

  /** Sends a draft; resolves when it is stored. @param {any} draft */
  write(draft) {
    this.#typing.rest();
    return this.#outgoing.send(draft);
  }

  /** The log is another one, restored from a backup: it is read anew, and what it has lost of ours is sent again. */
  async #again() {
    for (const part of [this.#marks, this.#receipts, this.#status]) part.reset();
    for (const { id, text, author } of await this.#history.again()) {
      if (this.#side === "visitor" || author === this.#root.dataset.agent) await this.write({ id, text, kind: "text" });
    }
  }
}
