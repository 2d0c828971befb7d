import { CatchUp } from "./catchup.js";
import { Composer } from "./composer.js";
import { insist, later } from "./later.js";
import { Marks } from "./marks.js";
import { Notice } from "./notice.js";
import { Outgoing } from "./outgoing.js";
import { Receipts } from "./receipts.js";
import { Status } from "./status.js";
import { Thread } from "./thread.js";
import { Typing } from "./typing.js";

const PAGE = 50, MOST = 250;

/** One conversation on a screen: a visitor's page, or the middle of the console. It is told what happens. */
export class Pane {
  _root; _side; _unread; _divided;
  _marks; _thread; _catchup; _history = null; _page; _earlier; _outgoing; _receipts; _typing; _notice; _status;

  /** @type {Composer | undefined} */
  composer;

  /**
   * @param {HTMLElement} root the [data-chat] element
   * @param {{api: import("./api.js").API, outbox: import("./outbox.js").Outbox, words: import("./words.js").Words, lane: string,
   *   unread?: (n: number) => void}} options
   */
  constructor(root, { api, outbox, words, lane, unread = () => {} }) {
    const { side, line, conversation, delivered, read, last, head = last, seen } = root.dataset;
    this._root = root;
    this._side = side;
    this._unread = unread;
    this._divided = root.querySelector("[data-unread]") !== null;
    this._marks = new Marks(Number(delivered), Number(read));
    this._thread = new Thread(root, { words, marks: this._marks, onEnd: () => this._receipts.look(), onBack: () => this._past().then((past) => past.look()).catch(() => {}), onRetry: (id) => this._outgoing.retry(id) });
    this._catchup = new CatchUp({ last: Number(head), fetch: (after) => api.get(`${this._path}/messages?after=${after}&limit=200`), release: (m) => this._release(m) });
    this._thread.scroll.back = () => this._past().then((past) => past.newest());
    if (head !== last) this._thread.scroll.cut = Number(last); // opened further back: the rest comes when somebody reads on
    this._receipts = new Receipts({ seen: Number(seen), delivers: side === "visitor", post: (body) => api.post(`${this._path}/read`, body), looking: () => this._looking, moved: () => this._moved() });
    this._typing = new Typing(root, { words, tell: async (body) => this.id && api.post(`${this._path}/typing`, body) });
    this._notice = new Notice(root, { words, waiting: () => outbox.items() });
    this._status = new Status(root, words);
    const form = root.querySelector("form[data-composer]");
    if (form) this.composer = new Composer(form, { key: `${side}:${conversation && side === "agent" ? conversation : line}`, words, on: { send: (draft) => this.write(draft), typing: (text) => this._typing.typed(text) } });
    this._page = (query) => api.get(`${this._path}/messages?${query}`);
    this._earlier = root.querySelector("[data-earlier]");
    if (this._earlier) this._earlier.onclick = (event) => {
      event.preventDefault();
      this._past().then((history) => history.earlier()).catch(() => this.tell(words.say("file.reload")));
    };
    this._outgoing = new Outgoing({ outbox, lane, thread: this._thread, conversation: () => this.id, changed: () => this._notice.update() });
    if (Number(last) > 0) this._receipts.arrived(Number(last));
    this._tell();
  }

  /** The conversation's id, "" before there is one. */
  get id() { return this._root.dataset.conversation || ""; }
  /** The reader's place in the thread; see Scroll. */
  get scroll() { return this._thread.scroll; }
  /** What tells the server who asks for a picture, at the end of its address. */
  get as() { return this._side === "agent" ? "?as=agent" : ""; }
  get root() { return this._root; }
  get thread() { return this._thread; }
  /** The newest number drawn. */
  get last() { return this._catchup.last; }

  /** Draws what an earlier page left to be sent. @param {import("./store.js").Item[]} items */
  pending(items) { this._outgoing.draw(items); }

  /** Takes an event of the stream. @param {string} kind @param {any} data */
  hear(kind, data) {
    if (kind === "message") this._know(data);
    else if (kind === "receipt" && data.kind !== this._side) this._remark(this._marks.receipt(data));
    else if (kind === "conversation") this._status.show(data);
    else if (kind === "typing" && data.author?.kind !== this._side) this._typing.show(data);
    else if (kind === "reset") this._again();
    else if (kind === "heartbeat") {
      this._catchup.head(data.head || 0);
      this._notice.degraded(data.degraded === true);
      this._remark(this._marks.heartbeat(this._side, data.read));
    }
  }

  /** Whether a conversation stands elsewhere than the page was drawn for. @param {any} conversation chat.Conversation */
  differs({ status, agent }) { return status !== this._root.dataset.status || (agent?.id ?? "") !== (this._root.dataset.holder ?? agent?.id ?? ""); }

  /** Says something for a while where the notice is. @param {string} words */
  tell(words) { this._notice.tell(words); }

  /** The row of a message; one that is not on the page is fetched, with what stands around it. @param {number} seq @returns {Promise<HTMLElement | null>} */
  async find(seq) {
    if (!this._thread.at(seq)) await (await this._past()).around(seq);
    return this._thread.at(seq);
  }

  /** Whether events are arriving at all. @param {boolean} open */
  stream(open) { this._notice.stream(open); }

  /** The outbox was answered. @param {import("./store.js").Item} item @param {any} message */
  sent(item, message) {
    this._thread.accepted(item.id);
    if (message && (item.conversation || this.id) === this.id) this._take(message);
    this._notice.update();
  }

  /** The outbox was refused. @param {import("./store.js").Item} item */
  failed(item) {
    this._thread.failed(item);
    this._notice.update();
  }

  /** Turns to another conversation than the page was drawn with. @param {any} conversation chat.Conversation */
  async attach(conversation) {
    if (conversation.id === this.id) return this._status.show(conversation);
    this._root.dataset.conversation = conversation.id;
    this._thread.clear();
    this._history = null;
    this._status.show(conversation);
    this._remark(this._marks.heartbeat(this._side, conversation.read));
    this._receipts.reset(conversation.read?.[this._side] || 0);
    const before = Math.max(0, (conversation.last_seq || 0) - PAGE);
    this._catchup.reset(before);
    if (this._earlier) this._earlier.hidden = before === 0;
    if (conversation.last_seq) await this._catchup.pull();
  }

  /** Lets go of the page. What is written or waits stays kept. */
  disconnect() {
    for (const part of [this._thread, this._receipts, this._notice, this.composer]) part?.disconnect();
    this._typing.hide();
    this._catchup.stop();
  }

  get _path() { return `/api/v1/conversations/${this.id}`; }
  get _looking() { return document.visibilityState === "visible" && document.hasFocus() && this._thread.scroll.atEnd; }

  /** Of our own messages a visitor's stream tells the id's ending. One that has no row waiting for it another page has written. */
  _know(message) {
    if (message.client_end && message.seq > this.last && !(message.client_id = this._thread.waiting(message.client_end))) this._catchup.lacks(message.seq);
    else this._take(message);
  }

  _take(message) {
    if (message.kind !== "note") return this._catchup.push(message);
    this._thread.draw(message);
    this._outgoing.settle(message.client_id);
  }

  _release(message) {
    const looking = this._looking;
    this._thread.draw(message);
    this._root.dataset.last = String(message.seq);
    this._outgoing.settle(message.client_id);
    if (this._thread.size > MOST) this._past().then((past) => past.trim()).catch(() => {});
    if (message.author?.kind === this._side) return;
    this._typing.hide();
    this._receipts.arrived(message.seq);
    if (message.author?.kind === "system") return;
    this._remark(this._marks.receipt({ read: message.seq })); // who answers has read what stands before
    if (!looking && !this._divided && message.seq > this._receipts.seen) this._thread.divide(message.seq);
    this._divided ||= !looking;
    this._thread.scroll.missed();
    this._tell();
  }

  /** What somebody needs who reads back: fetched when she does, or when more has been drawn than a thread holds well. */
  _past() {
    return later("history").then(({ History }) => (this._history = this._history || new History(this._root, { thread: this._thread, catchup: this._catchup, page: this._page })));
  }

  _moved() {
    this._divided = false; // the next unseen message gets the line above it
    this._tell();
  }

  _tell() {
    const { cut } = this._thread.scroll, { seen } = this._receipts;
    this._unread(this._thread.unread(seen) + (cut ? Math.max(0, this.last - Math.max(cut, seen)) : 0));
  }
  _remark(moved) { if (moved) this._thread.remark(); }

  /** Sends a draft; resolves when it is stored. @param {any} draft */
  write(draft) {
    this._typing.rest();
    return this._outgoing.send(draft);
  }

  /** The log is another one, restored from a backup: it is read anew, and what it has lost of ours is sent again. */
  async _again() {
    for (const part of [this._marks, this._receipts, this._status]) part.reset();
    await insist("history");
    (await this._past()).again((draft) => this.write(draft));
  }
}
