// The visitor's page. It works without this file; with it, words go out at once and come in by themselves.
import { API } from "./api.js";
import { backoff } from "./backoff.js";
import { noticeFiles } from "./files.js";
import { hosted } from "./hosted.js";
import { refused } from "./lane.js";
import { insist, later } from "./later.js";
import { Needs } from "./needs.js";
import { body } from "./outgoing.js";
import { Outbox } from "./outbox.js";
import { Pane } from "./pane.js";
import { Person } from "./person.js";
import { keepPlace } from "./place.js";
import { Session } from "./session.js";
import { openStore } from "./store.js";
import { Stream } from "./stream.js";
import { Title } from "./title.js";
import { keepAboveKeyboard } from "./viewport.js";
import { Words } from "./words.js";
import { keepZone } from "./zone.js";

const LANE = "visitor";
const POLL = 20_000;
const SOON = 500;


/** A visitor's page at work. */
class Chat {
  _root = document.querySelector("[data-chat]");
  _words = new Words(document);
  _title = new Title(this._words);
  _store = openStore();
  _session; _api; _outbox; _pane; _person; _unplace; _stream = null; _epoch; _needs;
  _stands = 0; // the newest message of the log when we were last told where the conversation stands

  async start() {
    const { line, locale, conversation, epoch, last } = this._root.dataset;
    this._epoch = epoch;
    this._stands = Number(last);
    keepZone(locale);
    keepAboveKeyboard();
    this._session = new Session({ line, locale, conversation, framed: window.parent !== window });
    this._api = new API({ headers: () => this._session.headers() });
    this._session.use(this._api);
    this._outbox = new Outbox({
      scope: `${line}:${LANE}`, store: this._store, send: (item) => this._send(item), refresh: () => this._refresh(),
      on: { sent: (item, message) => this._sent(item, message), failed: (item) => this._pane.failed(item) },
    });
    this._person = new Person(line, { session: this._session, outbox: this._outbox, enter: (answer) => this._enter(answer), leave: () => this._leave() });
    this._needs = this._listNeeds(`${line}:${LANE}`);
    if (hosted()) this._needs.need("host").catch(() => {});
    if (this._root.dataset.zone) insist("hours").then(({ Hours }) => new Hours(this._root, { words: this._words, api: this._api }));
    const known = await this._person.arrive(this._root.dataset);
    this._pane = new Pane(this._root, { api: this._api, outbox: this._outbox, words: this._words, lane: LANE, unread: (n) => this._unread(n) });
    this._unplace = keepPlace(line, this._pane.scroll);
    this._pane.pending(await this._outbox.load());
    noticeFiles(this._needs, { store: this._store, scope: () => `${line}:${LANE}` })();
    for (const way of this._root.querySelectorAll("[data-attach], [data-emoji-panel]")) way.hidden = false;
    if (known) this._enter(known);
    else if (conversation) this._listen();
    else if (this._session.stored) this._resume();
    if (this._root.dataset.asks === "true") this._needs.need("begin").catch(() => {}); // the form posts by itself
    setInterval(() => this._queue(), POLL);
    this._root.addEventListener("click", (event) => {
      const link = this._session.stored && event.target.closest("[data-transcript]");
      if (!link) return;
      event.preventDefault();
      this._needs.ask("transcript").then((made) => made && made.save(link, this._session.headers(), this._words));
    });
    for (const kind of ["pointerover", "focusin"]) this._root.querySelector(".thread").addEventListener(kind, () => this._needs.need("tools").catch(() => {}));
  }

  /** What is fetched when somebody needs it. */
  _listNeeds(scope) {
    const headers = () => this._session.headers(), words = this._words, pane = () => this._pane, pause = (held) => this._stream?.hold(held);
    const ready = async () => { if (!this._pane.id) await this._enter(await this._session.ensure()); return this._pane.id; };
    return new Needs({
      // to attach something, or to look at it
      attach: async ({ Attach }) => {
        const attach = new Attach({ pane, words, store: this._store, scope: () => scope, lane: () => LANE, headers, refresh: () => this._refresh(), ready, done: (item) => this._pane.write(item) });
        await Promise.all([attach.styled, later("kinds")]); // it draws pictures
        return attach;
      },
      // where the line asks something before the first words
      begin: ({ Begin }) => new Begin(this._root, { ready, headers, words }),
      // to end, begin again or rate, and for what is in the bar
      forms: ({ Forms }) => new Forms({ api: this._api, words, id: () => this._pane.id, again: async () => this._enter(await this._session.renew()) }),
      // somebody shows this page in something of theirs: they are told what they may know, and may ask for a few things
      host: ({ Host }) => new Host({
        opened: () => this._pane?.composer?.focus(), identify: (identity) => this._person.identify(identity), logout: () => this._person.logout(),
        pause: () => pause(true), resume: () => pause(false), context: (said) => this._context(said),
      }),
      // to answer a question that stands in the thread
      kinds: ({ answer }) => this._root.addEventListener("submit", (event) => {
        if (!event.target.matches(".ask")) return;
        event.preventDefault();
        answer(event.target, event.submitter, (draft) => this._pane.write(draft));
      }),
      // to do something with a message: fetched when somebody comes near one
      tools: ({ Tools }) => new Tools(this._root, { words, post: (path) => this._api.post(`/api/v1/conversations/${this._pane.id}/${path}`), quote: (quote) => this._pane.composer.quote(quote), find: (seq) => this._pane.find(seq) }),
      transcript: (exports) => exports, // to take it all along where only a token opens it
    }, () => this._pane?.tell(words.say("file.reload")));
  }

  _tell(op, value) { if (hosted()) this._needs.need("host").then((host) => host[op](value)).catch(() => {}); }

  _context({ attributes, page }) {
    this._session.context = { attributes, page };
    if (this._pane?.id) this._session.renew(true).catch(() => {});
  }

  /** Somebody else is here now. */
  _leave() {
    this._stream?.disconnect();
    this._outbox.stop();
    this._unplace?.();
    if (this._pane?.composer) this._pane.composer.text = "";
    this._pane?.disconnect();
  }

  /** An earlier visit left a token: goes on with it, however long it takes to get through. */
  async _resume(tries = 0) {
    try {
      await this._enter(await this._session.ensure(true));
    } catch {
      setTimeout(() => this._resume(tries + 1), 500 + backoff(tries));
    }
  }

  /** Nothing exists of a visitor before her first words: they bring the conversation about. */
  async _send(item) {
    if (!this._pane.id) await this._enter(await this._session.ensure());
    return this._api.post(`/api/v1/conversations/${item.conversation || this._pane.id}/messages`, body(item));
  }

  async _refresh() { await this._enter(await this._session.refresh()); }

  async _enter(answer) {
    await this._person.is(answer);
    this._root.dataset.signed = String(answer.visitor.verified);
    const { conversation, epoch, visitor } = answer;
    if (visitor.card) insist("kinds").then(({ offer }) => offer(this._root, visitor.card));
    const changed = conversation.id !== this._pane.id;
    this._epoch = epoch;
    this._stands = conversation.last_seq || 0;
    await this._pane.attach(conversation);
    if (changed || !this._stream) this._listen();
  }

  _listen() {
    this._stream?.disconnect();
    const path = `/api/v1/conversations/${this._pane.id}/events?wire=compact`;
    const stream = (this._stream = new Stream(path, {
      event: (kind, data) => this._hear(kind, data),
      state: (open) => { if (stream === this._stream) this._state(open); },
      unauthorized: () => this._refresh().catch(() => {}),
      gone: () => { this._stream = null; this._refresh().catch(() => {}); },
    }, { id: `${this._epoch}.${this._pane.last}`, headers: () => this._session.headers() }));
    stream.connect();
  }

  /** The way is open again, or lost. What one connection finds out, the other need not wait for. */
  _state(open) {
    this._pane.stream(open);
    if (open) this._outbox.wake();
  }

  _sent(item, message) {
    this._pane.sent(item, message);
    this._stream?.wake();
    this._suspect(message);
  }

  _hear(kind, data) {
    if (kind === "reset") this._stream.resume(`${(this._epoch = data.epoch)}.${(this._stands = 0)}`);
    if (kind === "conversation") this._stands = Math.max(this._stands, data.last_seq);
    if (kind === "message") {
      this._suspect(data);
      if (!["visitor", "system"].includes(data.author?.kind)) this._tell("message", data.seq);
    }
    if (kind === "heartbeat" && data.head > this._stands) this._look(data.head);
    this._pane.hear(kind, data);
  }

  /** Where a conversation stands is told once, to those who listen then. The first words and every notice change it. */
  _suspect(message) {
    if (message && (message.kind === "notice" || this._root.dataset.status === "new")) setTimeout(() => this._look(message.seq), SOON);
  }

  async _look(seq, tries = 0) {
    if (this._stands >= seq) return;
    await this._ask().catch(({ status }) => refused(status) || setTimeout(() => this._look(seq, tries + 1), 500 + backoff(tries)));
  }

  /** The place in the queue moves without a word of ours being said: it is asked for. */
  _queue() {
    if (this._root.dataset.status === "waiting" && document.visibilityState === "visible") this._ask().catch(() => {});
  }

  async _ask() {
    const { id } = this._pane;
    const conversation = await this._api.get(`/api/v1/conversations/${id}`);
    if (id === this._pane.id) this._hear("conversation", conversation);
  }

  _unread(n) {
    this._title.unread = n;
    this._tell("unread", n);
  }
}

new Chat().start();
