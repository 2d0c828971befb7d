// The agents' console. It works without this file; with it, lists and conversations keep themselves true, and keys do things.
import { Actions } from "./actions.js";
import { Alert } from "./alert.js";
import { API } from "./api.js";
import { badge } from "./badge.js";
import { noticeFiles } from "./files.js";
import { Bar } from "./bar.js";
import { Canned } from "./canned.js";
import { Inbox } from "./inbox.js";
import { Mates } from "./mates.js";
import { Named } from "./named.js";
import { Keys } from "./keys.js";
import { later } from "./later.js";
import { Needs } from "./needs.js";
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
  _words = new Words(document);
  _title = new Title(this._words);
  _api = new API({ headers: agent });
  _opener = new Opener((title) => this._opened(title));
  _inbox = new Inbox({ api: this._api, changed: (unread) => { this._title.unread = unread; badge(unread > 0); } });
  _alert = new Alert({ api: this._api, words: this._words, open: () => this._pane?.id });
  _pane = null; _canned = null; _mates = null; _named; _tools = null; _outbox = null; _open = false; _fresh = false; _actions; _needs; _store = openStore();
  _heads = {}; // conversation -> its newest number, as the stream told it

  start() {
    const actions = (this._actions = new Actions({ api: this._api, words: this._words, done: () => this._moved() }));
    new Trace({ api: this._api, words: this._words });
    keepZone(document.documentElement.lang);
    const scope = () => `agent:${this._pane?.root.dataset.agent}`;
    this._needs = new Needs({
      attach: async ({ Attach }) => {
        const attach = new Attach({
          pane: () => this._pane, words: this._words, store: this._store, scope, lane: () => this._pane?.id ?? "",
          headers: agent, refresh: async () => location.reload(), ready: async (item) => item.conversation, done: (item) => this._outbox.add(item),
        });
        await Promise.all([attach.styled, later("kinds")]);
        return attach;
      },
    }, () => this._pane?.tell(this._words.say("file.reload")));
    const keys = new Keys({ composer: () => this._pane?.composer, actions });
    new Bar({ words: this._words, can: (act) => actions.can(act), act: (act) => actions.press(act) || keys.run(act), open: (url) => this._opener.open(url) });
    this._named = new Named({ api: this._api, words: this._words, count: () => this._inbox.count(this._pane?.id) });
    this._show();
    const resume = noticeFiles(this._needs, { store: this._store, scope });
    if (this._pane) resume();
    new Stream("/api/v1/inbox/events?wire=compact", {
      event: (kind, data) => this._hear(kind, data),
      state: (open) => this._state(open),
      unauthorized: async () => location.reload(), // the server shows the login and comes back here; drafts and the outbox are kept
      gone: () => location.reload(),
    }, { headers: agent }).connect();
  }

  _state(open) {
    this._open = open;
    if (open) {
      this._fresh = true;
      this._inbox.reconnected();
      this._outbox?.wake();
    }
    this._pane?.stream(open);
  }

  _opened(title) {
    if (title) this._title.base = title;
    this._show();
    this._pane?.composer?.focus();
  }

  /** Takes over the pane that is on the page, if there is a conversation in it. */
  _show() {
    this._pane?.disconnect();
    this._canned?.disconnect();
    this._mates?.disconnect();
    this._tools?.disconnect();
    this._pane = this._canned = null;
    const root = document.querySelector("main[data-chat]");
    if (!root) return;
    const { conversation } = root.dataset;
    this._outbox ??= this._fill(root.dataset.agent);
    this._pane = new Pane(root, { api: this._api, outbox: this._outbox, words: this._words, lane: conversation, unread: (n) => { if (n === 0) this._inbox.ask(conversation); } });
    this._pane.stream(this._open);
    root.querySelector("[data-found]")?.scrollIntoView({ block: "center" });
    this._catchUp(); // what came while it was being fetched
    this._tools = new Tools(root, { words: this._words, post: (path) => this._api.post(`/api/v1/conversations/${conversation}/${path}`), quote: (quote) => this._pane.composer?.quote(quote), find: (seq) => this._pane.find(seq) });
    for (const way of root.querySelectorAll("[data-attach]")) way.hidden = false;
    this._needs.made("attach")?.show();
    if (this._pane.composer) {
      this._canned = new Canned(this._pane.composer.form, this._pane.composer);
      this._mates = new Mates(this._pane.composer.form, this._pane.composer);
    }
    this._named.look();
  }

  _fill(id) {
    const outbox = new Outbox({
      scope: `agent:${id}`, store: this._store, refresh: async () => location.reload(),
      send: (item) => this._api.post(`/api/v1/conversations/${item.conversation}/${item.kind === "note" ? "notes" : "messages"}`, body(item)),
      on: {
        sent: (item, message) => this._at(item.conversation)?.sent(item, message),
        failed: (item) => this._at(item.conversation)?.failed(item),
      },
    });
    outbox.load().then((items) => this._pane?.pending(items.filter((i) => i.lane === this._pane.id)));
    return outbox;
  }

  _hear(kind, data) {
    const id = data.conversation_id ?? (kind === "conversation" ? data.id : "") ?? "";
    this._inbox.hear(kind, data, id);
    this._alert.hear(kind, data, id);
    if (kind === "message" && data.kind === "note") this._named.hear(data);
    if (kind === "message" && data.kind !== "note") this._heads[id] = Math.max(this._heads[id] ?? 0, data.seq);
    if (kind === "heads") this._stand(data);
    else if (kind === "presence") document.querySelector("dialog[data-transfer][open]") && this._actions.colleagues();
    else if (kind === "reset") location.reload(); // the line's history was replaced; drafts and the outbox are kept
    else if (kind === "heartbeat") this._pane?.hear(kind, { degraded: data.degraded });
    else if (id) {
      const pane = this._at(id);
      if (pane && kind === "conversation" && (pane.differs(data) || this._relabelled(data))) this._opener.refresh();
      pane?.hear(kind, data);
    }
  }

  /** Where the logs stand: first of all when the stream has begun (again), now and then while it lasts. */
  _stand(heads) {
    Object.assign(this._heads, heads);
    if (this._fresh) this._catchUp();
    else this._pane?.hear("heartbeat", { head: this._heads[this._pane.id] });
    this._fresh = false;
  }

  /** The stream has begun (again), or the pane is another: what it missed is fetched, what is not in the log as well. */
  async _catchUp() {
    const pane = this._pane;
    if (!pane) return;
    pane.hear("heartbeat", { head: this._heads[pane.id] });
    const path = `/api/v1/conversations/${pane.id}`;
    const [conversation, notes] = await Promise.all([this._api.get(path), this._api.get(`${path}/notes`)]).catch(() => []);
    if (!conversation || pane !== this._pane) return;
    if (pane.differs(conversation)) this._opener.refresh();
    pane.hear("conversation", conversation);
    pane.hear("heartbeat", { head: conversation.last_seq, read: conversation.read });
    for (const note of notes.messages) pane.hear("message", note);
  }

  _relabelled({ labels = [] }) {
    const side = document.querySelector("aside.side[data-labels]");
    return Boolean(side) && side.dataset.labels !== labels.join("\n");
  }

  _moved() {
    this._opener.refresh();
    if (this._pane) this._inbox.ask(this._pane.id);
  }

  _at(conversation) { return this._pane?.id === conversation ? this._pane : null; }
}

new Console().start();
