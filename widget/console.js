// The agents' console. It works without this file; with it, lists and conversations keep themselves true, and keys do things.
import { Actions } from "./actions.js";
import { API } from "./api.js";
import { Attach } from "./attach.js";
import { Canned } from "./canned.js";
import { Inbox } from "./inbox.js";
import { Keys } from "./keys.js";
import { Opener } from "./open.js";
import { body } from "./outgoing.js";
import { Outbox } from "./outbox.js";
import { Pane } from "./pane.js";
import { openStore } from "./store.js";
import { Stream } from "./stream.js";
import { Title } from "./title.js";
import { Tools } from "./tools.js";
import { Trace } from "./trace.js";
import { Words } from "./words.js";
import { keepZone } from "./zone.js";

/** What tells our calls from those of a visitor's page in the same browser. */
const agent = () => ({ "X-Support-As": "agent" });

/** The console at work: one stream for everything the agent may see, one outbox, and the pane that is open. */
class Console {
  #words = new Words(document);
  #title = new Title(this.#words);
  #api = new API({ headers: agent });
  #opener = new Opener((title) => this.#opened(title));
  #inbox = new Inbox({ api: this.#api, changed: (unread) => { this.#title.unread = unread; } });
  #pane = null; #canned = null; #tools = null; #outbox = null; #open = false; #fresh = false; #actions; #attach; #store = openStore();
  #heads = {}; // conversation -> its newest number, as the stream told it

  start() {
    const actions = (this.#actions = new Actions({ api: this.#api, words: this.#words, done: () => this.#moved() }));
    new Trace({ api: this.#api, words: this.#words });
    keepZone(document.documentElement.lang);
    this.#attach = new Attach({
      pane: () => this.#pane, words: this.#words, store: this.#store, scope: () => `agent:${this.#pane?.root.dataset.agent}`, lane: () => this.#pane?.id ?? "",
      headers: agent, refresh: async () => location.reload(), ready: async (item) => item.conversation, done: (item) => this.#outbox.add(item),
    });
    new Keys({ composer: () => this.#pane?.composer, actions });
    this.#show();
    if (this.#pane) this.#attach.resume();
    new Stream("/api/v1/inbox/events?wire=compact", {
      event: (kind, data) => this.#hear(kind, data),
      state: (open) => this.#state(open),
      unauthorized: async () => location.reload(), // the server shows the login and comes back here; drafts and the outbox are kept
      gone: () => location.reload(),
    }, { headers: agent }).connect();
  }

  #state(open) {
    this.#open = open;
    if (open) {
      this.#fresh = true;
      this.#inbox.reconnected();
      this.#outbox?.wake();
    }
    this.#pane?.stream(open);
  }

  #opened(title) {
    if (title) this.#title.base = title;
    this.#show();
    this.#pane?.composer?.focus();
  }

  /** Takes over the pane that is on the page, if there is a conversation in it. */
  #show() {
    this.#pane?.disconnect();
    this.#canned?.disconnect();
    this.#tools?.disconnect();
    this.#pane = this.#canned = null;
    const root = document.querySelector("main[data-chat]");
    if (!root) return;
    const { conversation } = root.dataset;
    this.#outbox ??= this.#fill(root.dataset.agent);
    this.#pane = new Pane(root, { api: this.#api, outbox: this.#outbox, words: this.#words, lane: conversation, unread: (n) => { if (n === 0) this.#inbox.ask(conversation); } });
    this.#pane.stream(this.#open);
    this.#catchUp(); // what came while it was being fetched
    this.#tools = new Tools(root, { words: this.#words, post: (path) => this.#api.post(`/api/v1/conversations/${conversation}/${path}`) });
    this.#attach?.show();
    if (this.#pane.composer) this.#canned = new Canned(root.querySelector("form[data-composer]"), this.#pane.composer);
  }

  #fill(id) {
    const outbox = new Outbox({
      scope: `agent:${id}`, store: this.#store, refresh: async () => location.reload(),
      send: (item) => this.#api.post(`/api/v1/conversations/${item.conversation}/${item.kind === "note" ? "notes" : "messages"}`, body(item)),
      on: {
        sent: (item, message) => this.#at(item.conversation)?.sent(item, message),
        failed: (item) => this.#at(item.conversation)?.failed(item),
      },
    });
    outbox.load().then((items) => this.#pane?.pending(items.filter((i) => i.lane === this.#pane.id)));
    return outbox;
  }

  #hear(kind, data) {
    const id = data.conversation_id ?? (kind === "conversation" ? data.id : "") ?? "";
    this.#inbox.hear(kind, data, id);
    if (kind === "message" && data.kind !== "note") this.#heads[id] = Math.max(this.#heads[id] ?? 0, data.seq);
    if (kind === "heads") this.#stand(data);
    else if (kind === "presence") document.querySelector("dialog[data-transfer][open]") && this.#actions.colleagues();
    else if (kind === "reset") location.reload(); // the line's history was replaced; drafts and the outbox are kept
    else if (kind === "heartbeat") this.#pane?.hear(kind, { degraded: data.degraded });
    else if (id) {
      const pane = this.#at(id);
      if (pane && kind === "conversation" && pane.differs(data)) this.#opener.refresh();
      pane?.hear(kind, data);
    }
  }

  /** Where the logs stand: first of all when the stream has begun (again), now and then while it lasts. */
  #stand(heads) {
    Object.assign(this.#heads, heads);
    if (this.#fresh) this.#catchUp();
    else this.#pane?.hear("heartbeat", { head: this.#heads[this.#pane.id] });
    this.#fresh = false;
  }

  /** The stream has begun (again), or the pane is another: what it missed is fetched, what is not in the log as well. */
  async #catchUp() {
    const pane = this.#pane;
    if (!pane) return;
    pane.hear("heartbeat", { head: this.#heads[pane.id] });
    const path = `/api/v1/conversations/${pane.id}`;
    const [conversation, notes] = await Promise.all([this.#api.get(path), this.#api.get(`${path}/notes`)]).catch(() => []);
    if (!conversation || pane !== this.#pane) return;
    if (pane.differs(conversation)) this.#opener.refresh();
    pane.hear("conversation", conversation);
    pane.hear("heartbeat", { head: conversation.last_seq, read: conversation.read });
    for (const note of notes.messages) pane.hear("message", note);
  }

  #moved() {
    this.#opener.refresh();
    if (this.#pane) this.#inbox.ask(this.#pane.id);
  }

  #at(conversation) { return this.#pane?.id === conversation ? this.#pane : null; }
}

new Console().start();
