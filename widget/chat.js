// The visitor's page. It works without this file; with it, words go out at once and come in by themselves.
import { API } from "./api.js";
import { Attach } from "./attach.js";
import { backoff } from "./backoff.js";
import { Forms } from "./forms.js";
import { hosted } from "./hosted.js";
import { refused } from "./lane.js";
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
  #root = document.querySelector("[data-chat]");
  #words = new Words(document);
  #title = new Title(this.#words);
  #store = openStore();
  #session; #api; #outbox; #pane; #host; #person; #unplace; #stream = null; #epoch; #tools = null;
  #stands = 0; // the newest message of the log when we were last told where the conversation stands

  async start() {
    const { line, locale, conversation, epoch, last } = this.#root.dataset;
    this.#epoch = epoch;
    this.#stands = Number(last);
    keepZone(locale);
    keepAboveKeyboard();
    this.#session = new Session({ line, locale, conversation, framed: window.parent !== window });
    this.#api = new API({ headers: () => this.#session.headers() });
    this.#session.use(this.#api);
    this.#outbox = new Outbox({
      scope: `${line}:${LANE}`, store: this.#store, send: (item) => this.#send(item), refresh: () => this.#refresh(),
      on: { sent: (item, message) => this.#sent(item, message), failed: (item) => this.#pane.failed(item) },
    });
    this.#person = new Person(line, { session: this.#session, outbox: this.#outbox, enter: (answer) => this.#enter(answer), leave: () => this.#leave() });
    if (hosted()) this.#meet();
    const known = await this.#person.arrive(this.#root.dataset);
    this.#pane = new Pane(this.#root, { api: this.#api, outbox: this.#outbox, words: this.#words, lane: LANE, unread: (n) => this.#unread(n) });
    this.#unplace = keepPlace(line, this.#pane.scroll);
    new Forms({ api: this.#api, words: this.#words, id: () => this.#pane.id, again: async () => this.#enter(await this.#session.renew()) });
    const scope = `${line}:${LANE}`;
    const attach = new Attach({
      pane: () => this.#pane, words: this.#words, store: this.#store, scope: () => scope, lane: () => LANE, headers: () => this.#session.headers(), refresh: () => this.#refresh(),
      ready: async () => { if (!this.#pane.id) await this.#enter(await this.#session.ensure()); return this.#pane.id; },
      done: (item) => this.#pane.write(item),
    });
    this.#pane.pending(await this.#outbox.load());
    attach.resume();
    if (known) this.#enter(known);
    else if (conversation) this.#listen();
    else if (this.#session.stored) this.#resume();
    setInterval(() => this.#queue(), POLL);
    for (const kind of ["pointerover", "focusin"]) this.#root.querySelector(".thread").addEventListener(kind, () => this.#handle());
  }

  /** What can be done with a message is fetched when somebody comes near one. */
  #handle() {
    this.#tools ??= import("./tools.js").then(({ Tools }) => new Tools(this.#root, { words: this.#words, post: (path) => this.#api.post(`/api/v1/conversations/${this.#pane.id}/${path}`) }))
      .catch(() => { this.#tools = null; });
  }

  /** Somebody shows this page in something of theirs: they are told what they may know, and may ask for a few things. */
  #meet() {
    const pause = (held) => this.#stream?.hold(held);
    this.#host = import("./host.js").then(({ Host }) => new Host({
      opened: () => this.#pane?.composer?.focus(), identify: (identity) => this.#person.identify(identity), logout: () => this.#person.logout(),
      pause: () => pause(true), resume: () => pause(false), context: (said) => this.#context(said),
    })).catch(() => {});
  }

  #tell(op, value) { this.#host?.then((host) => host?.[op](value)); }

  #context({ attributes, page }) {
    this.#session.context = { attributes, page };
    if (this.#pane?.id) this.#session.renew(true).catch(() => {});
  }

  /** Somebody else is here now. */
  #leave() {
    this.#stream?.disconnect();
    this.#outbox.stop();
    this.#unplace?.();
    if (this.#pane?.composer) this.#pane.composer.text = "";
    this.#pane?.disconnect();
  }

  /** An earlier visit left a token: goes on with it, however long it takes to get through. */
  async #resume(tries = 0) {
    try {
      await this.#enter(await this.#session.ensure(true));
    } catch {
      setTimeout(() => this.#resume(tries + 1), 500 + backoff(tries));
    }
  }

  /** Nothing exists of a visitor before her first words: they bring the conversation about. */
  async #send(item) {
    if (!this.#pane.id) await this.#enter(await this.#session.ensure());
    return this.#api.post(`/api/v1/conversations/${item.conversation || this.#pane.id}/messages`, body(item));
  }

  async #refresh() { await this.#enter(await this.#session.refresh()); }

  async #enter(answer) {
    await this.#person.is(answer);
    const { conversation, epoch } = answer;
    const changed = conversation.id !== this.#pane.id;
    this.#epoch = epoch;
    this.#stands = conversation.last_seq ?? 0;
    await this.#pane.attach(conversation);
    if (changed || !this.#stream) this.#listen();
  }

  #listen() {
    this.#stream?.disconnect();
    const path = `/api/v1/conversations/${this.#pane.id}/events?wire=compact`;
    const stream = (this.#stream = new Stream(path, {
      event: (kind, data) => this.#hear(kind, data),
      state: (open) => { if (stream === this.#stream) this.#state(open); },
      unauthorized: () => this.#refresh().catch(() => {}),
      gone: () => { this.#stream = null; this.#refresh().catch(() => {}); },
    }, { id: `${this.#epoch}.${this.#pane.last}`, headers: () => this.#session.headers() }));
    stream.connect();
  }

  /** The way is open again, or lost. What one connection finds out, the other need not wait for. */
  #state(open) {
    this.#pane.stream(open);
    if (open) this.#outbox.wake();
  }

  #sent(item, message) {
    this.#pane.sent(item, message);
    this.#stream?.wake();
    this.#suspect(message);
  }

  #hear(kind, data) {
    if (kind === "reset") this.#stream.resume(`${(this.#epoch = data.epoch)}.${(this.#stands = 0)}`);
    if (kind === "conversation") this.#stands = Math.max(this.#stands, data.last_seq);
    if (kind === "message") {
      this.#suspect(data);
      if (!["visitor", "system"].includes(data.author?.kind)) this.#tell("message", data.seq);
    }
    if (kind === "heartbeat" && data.head > this.#stands) this.#look(data.head);
    this.#pane.hear(kind, data);
  }

  /** Where a conversation stands is told once, to those who listen then. The first words and every notice change it. */
  #suspect(message) {
    if (message && (message.kind === "notice" || this.#root.dataset.status === "new")) setTimeout(() => this.#look(message.seq), SOON);
  }

  async #look(seq, tries = 0) {
    if (this.#stands >= seq) return;
    await this.#ask().catch(({ status }) => refused(status) || setTimeout(() => this.#look(seq, tries + 1), 500 + backoff(tries)));
  }

  /** The place in the queue moves without a word of ours being said: it is asked for. */
  #queue() {
    if (this.#root.dataset.status === "waiting" && document.visibilityState === "visible") this.#ask().catch(() => {});
  }

  async #ask() {
    const { id } = this.#pane;
    const conversation = await this.#api.get(`/api/v1/conversations/${id}`);
    if (id === this.#pane.id) this.#hear("conversation", conversation);
  }

  #unread(n) {
    this.#title.unread = n;
    this.#tell("unread", n);
  }
}

new Chat().start();
