// What is needed only once somebody attaches something or looks at it: a module of its own, which attach.js fetches.
import { backoff } from "./backoff.js";
import { Carrier } from "./carry.js";
import { newID } from "./id.js";
import { refused } from "./lane.js";
import { part } from "./media.js";
import { send } from "./transfer.js";
import { Viewer } from "./viewer.js";

const TRIES = 5;

/** Brings files up, one after another in the order chosen, and draws how far they have come. What is not finished is asked for again. */
export class Uploads {
  #with; #items = new Map(); #busy = false; #viewer; #carrier;

  /** Resolves when what it draws has its looks, or will have none. @type {Promise<any>} */
  styled;


  /** @param {ConstructorParameters<typeof import("./attach.js").Attach>[0]} options */
  constructor(options) {
    this.#with = options;
    const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("../css/files.css", import.meta.url).href });
    this.styled = new Promise((resolve) => { sheet.onload = sheet.onerror = resolve; });
    document.head.append(sheet);
    this.#carrier = new Carrier(options.headers);
    this.#viewer = new Viewer(this.#carrier);
    document.addEventListener("click", (event) => this.#click(event), true); // before the thread, whose retry is the outbox's
    addEventListener("online", () => this.#again());
  }

  /** Takes files that were chosen. What cannot be sent is said at once, in the composer. @param {File[]} files */
  add(files) {
    const { composer } = this.#with.pane();
    if (composer.kind === "note") return composer.fault(this.#say("file.note"));
    const wrong = files.map((file) => this.#wrong(file)).filter(Boolean);
    composer.fault(wrong.join("\n"));
    for (const file of files) if (!this.#wrong(file)) this.#take(file);
    this.#run();
  }

  /** Asks again for what an earlier page did not finish, unless another page is at it. @param {any[]} left */
  async resume(left) {
    for (const record of left) {
      if (this.#items.has(record.id) || !(await this.#hold(record.id))) continue;
      this.#items.set(record.id, { ...record, state: "failed", reason: "interrupted" });
    }
    this.draw();
  }

  /** Draws what is on its way in the conversation that is open. */
  draw() {
    for (const item of this.#items.values()) {
      if (item.lane === this.#with.lane()) this.#draw(item);
    }
  }

  /** Opens a picture, or saves a file where a link cannot. @param {HTMLAnchorElement} at */
  open(at) { return at.matches("[data-photo]") ? this.#viewer.open(at) : this.#carrier.save(at.href, at.download); }

  /** Fetches a picture that its address alone does not give. @param {HTMLImageElement} img */
  carry(img) { return this.#carrier.show(img); }

  #say(word, values = {}) { return this.#with.words.say(word, { max: `${this.#max >> 20} MB`, ...values }); }

  get #form() { return this.#with.pane()?.composer?.form; }
  get #max() { return Number(this.#form?.dataset.fileMax ?? 0); }

  #wrong(file) {
    const ending = /\.[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? "";
    const known = (this.#form?.dataset.fileTypes ?? "").split(",");
    if (!known.includes(ending) && !file.type.startsWith("image/")) return this.#say("file.type", { name: file.name });
    return file.size > this.#max ? this.#say("file.large", { name: file.name }) : "";
  }

  #take(file, id = newID()) {
    const { scope, lane, pane, store } = this.#with;
    const image = /^image\/(jpeg|png|gif|webp)$/.test(file.type);
    const data = { name: file.name, size: file.size };
    const item = { id, scope: `${scope()}:files`, lane: lane(), conversation: pane().id, kind: image ? "image" : "file", text: "", n: Date.now(), at: Date.now(), state: "pending", tries: 0, data, file };
    store.put({ ...item, file: undefined }).catch(() => {}); // the bytes stay here: a page that dies asks for them again
    if (image) item.data = { ...data, url: "", thumbnail_url: URL.createObjectURL(file) };
    this.#items.set(id, item);
    this.#hold(id);
    this.#draw(item);
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    for (let item; (item = [...this.#items.values()].find((i) => i.state === "pending")); ) await this.#one(item);
    this.#busy = false;
  }

  async #one(item) {
    try {
      item.conversation ||= await this.#with.ready(item);
      item.abort = new AbortController();
      const path = `/api/v1/conversations/${item.conversation}/attachments`;
      await this.#arrived(item, await send(path, item.file, { headers: this.#with.headers(), signal: item.abort.signal, progress: (share) => this.#progress(item, share) }));
    } catch (problem) {
      if (item.state === "gone") return;
      await this.#failed(item, problem);
    }
  }

  async #arrived(item, { id, kind, ...data }) {
    const row = this.#row(item);
    row?.querySelector(".upload")?.remove();
    const link = row?.querySelector("a");
    if (link) link.href = data.url + this.#with.pane().as;
    this.#forget(item);
    if (kind !== item.kind) row?.remove(); // drawn anew as what it is
    const { lane, conversation } = item;
    await this.#with.done({ id: item.id, lane, conversation, kind, text: "", data: { attachment_id: id, ...data } });
  }

  async #failed(item, problem) {
    if (problem.status === 401 && !item.renewed) {
      item.renewed = true;
      if (await this.#with.refresh().then(() => true, () => false)) return;
    }
    if (!refused(problem.status) && ++item.tries < TRIES && navigator.onLine !== false) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(problem.after ?? 0, backoff(item.tries))));
      return;
    }
    item.state = "failed";
    item.reason = refused(problem.status) ? "refused" : "network";
    item.detail = refused(problem.status) ? problem.message : "";
    this.#draw(item);
  }

  /** The way is open again: what failed for want of one goes on by itself. */
  #again() {
    for (const item of this.#items.values()) if (item.state === "failed" && item.reason === "network") this.#retry(item);
  }

  #retry(item) {
    if (!item.file) return this.#choose(item);
    Object.assign(item, { state: "pending", tries: 0, reason: "" });
    this.#draw(item);
    this.#run();
  }

  /** The bytes are gone with the page that had them: they are chosen again. */
  #choose(item) {
    const pick = document.createElement("input");
    pick.type = "file";
    pick.accept = this.#form?.dataset.fileTypes ?? "";
    pick.addEventListener("change", () => {
      const [file] = pick.files;
      const wrong = file && this.#wrong(file);
      if (wrong) return this.#with.pane().composer.fault(wrong);
      this.#row(item)?.remove();
      this.#take(file, item.id);
      this.#run();
    });
    pick.click();
  }

  #remove(item) {
    item.state = "gone";
    item.abort?.abort();
    this.#row(item)?.remove();
    this.#forget(item);
  }

  #forget(item) {
    this.#items.delete(item.id);
    this.#with.store.remove(item.id).catch(() => {});
    item.release?.();
  }

  #click(event) {
    const button = event.target.closest?.('[data-slot="cancel"], [data-slot="retry"]');
    const item = button && this.#items.get(button.closest("li")?.dataset.client);
    if (!item) return;
    event.stopPropagation();
    if (button.dataset.slot === "cancel") this.#remove(item);
    else this.#retry(item);
  }

  #row(item) { return item.lane === this.#with.lane() ? this.#with.pane()?.thread.row(item.id) : null; }

  #draw(item) {
    const { thread } = this.#with.pane();
    if (!thread.row(item.id)) thread.pending({ ...item, state: "pending" });
    const row = thread.row(item.id);
    let below = row.querySelector(".upload");
    if (!below) {
      below = part("upload");
      row.querySelector("a").after(below);
    }
    const bar = below.querySelector("progress");
    const waits = item.state === "pending";
    bar.hidden = !waits;
    bar.setAttribute("aria-label", this.#say("file.uploading", { name: item.data.name }));
    below.querySelector("button").textContent = this.#say(waits ? "file.cancel" : "file.remove");
    if (waits) return thread.retrying(item.id);
    const why = item.detail || this.#say(`file.${item.reason}`);
    thread.failed({ id: item.id, detail: why });
    for (const retry of row.querySelectorAll('[data-slot="retry"]')) retry.hidden = item.reason === "refused";
  }

  #progress(item, share) {
    const bar = this.#row(item)?.querySelector(".upload progress");
    if (bar) bar.value = share;
  }

  /** Says to other pages that this one is at it. Whether none is. */
  #hold(id) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      navigator.locks.request(`support-file:${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise((release) => { const item = this.#items.get(id); if (item) item.release = release; });
      }).catch(() => resolve(true));
    });
  }
}
