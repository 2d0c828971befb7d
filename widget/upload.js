import { backoff } from "./backoff.js";
import { Carrier } from "./carry.js";
import { newID } from "./id.js";
import { refused } from "./lane.js";
import { part } from "./media.js";
import { sheet } from "./sheet.js";
import { send } from "./transfer.js";
import { Viewer } from "./viewer.js";

const TRIES = 5;

/** Brings files up, one after another in the order chosen, and draws how far they have come. What is not finished is asked for again. */
export class Uploads {
  _with; _items = new Map(); _busy = false; _viewer; _carrier;

  /** Resolves when what it draws has its looks, or will have none. @type {Promise<any>} */
  styled;


  /** @param {ConstructorParameters<typeof import("./attach.js").Attach>[0]} options */
  constructor(options) {
    this._with = options;
    this.styled = sheet("files.css");
    this._carrier = new Carrier(options.headers);
    this._viewer = new Viewer(this._carrier);
    document.addEventListener("click", (event) => this._click(event), true); // before the thread, whose retry is the outbox's
    addEventListener("online", () => this._again());
  }

  /** Takes files that were chosen. What cannot be sent is said at once, in the composer. @param {File[]} files */
  add(files) {
    const { composer } = this._with.pane();
    if (composer.kind === "note") return composer.fault(this._say("file.note"));
    const wrong = files.map((file) => this._wrong(file)).filter(Boolean);
    composer.fault(wrong.join("\n"));
    for (const file of files) if (!this._wrong(file)) this._take(file);
    this._run();
  }

  /** Asks again for what an earlier page did not finish, unless another page is at it. @param {any[]} left */
  async resume(left) {
    for (const record of left) {
      if (this._items.has(record.id) || !(await this._hold(record.id))) continue;
      this._items.set(record.id, { ...record, state: "failed", reason: "interrupted" });
    }
    this.draw();
  }

  /** Draws what is on its way in the conversation that is open. */
  draw() {
    for (const item of this._items.values()) {
      if (item.lane === this._with.lane()) this._draw(item);
    }
  }

  /** Opens a picture, or saves a file where a link cannot. @param {HTMLAnchorElement} at */
  open(at) { return at.matches("[data-photo]") ? this._viewer.open(at) : this._carrier.save(at.href, at.download); }

  /** Fetches a picture that its address alone does not give. @param {HTMLImageElement} img */
  carry(img) { return this._carrier.show(img); }

  _say(word, values = {}) { return this._with.words.say(word, { max: `${this._max >> 20} MB`, ...values }); }

  get _form() { return this._with.pane()?.composer?.form; }
  get _max() { return Number(this._form?.dataset.fileMax ?? 0); }

  _wrong(file) {
    const ending = /\.[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? "";
    const known = (this._form?.dataset.fileTypes ?? "").split(",");
    if (!known.includes(ending) && !file.type.startsWith("image/")) return this._say("file.type", { name: file.name });
    return file.size > this._max ? this._say("file.large", { name: file.name }) : "";
  }

  _take(file, id = newID()) {
    const { scope, lane, pane, store } = this._with;
    const image = /^image\/(jpeg|png|gif|webp)$/.test(file.type);
    const data = { name: file.name, size: file.size };
    const item = { id, scope: `${scope()}:files`, lane: lane(), conversation: pane().id, kind: image ? "image" : "file", text: "", n: Date.now(), at: Date.now(), state: "pending", tries: 0, data, file };
    store.put({ ...item, file: undefined }).catch(() => {}); // the bytes stay here: a page that dies asks for them again
    if (image) item.data = { ...data, url: "", thumbnail_url: URL.createObjectURL(file) };
    this._items.set(id, item);
    this._hold(id);
    this._draw(item);
  }

  async _run() {
    if (this._busy) return;
    this._busy = true;
    for (let item; (item = [...this._items.values()].find((i) => i.state === "pending")); ) await this._one(item);
    this._busy = false;
  }

  async _one(item) {
    try {
      item.conversation ||= await this._with.ready(item);
      item.abort = new AbortController();
      const path = `/api/v1/conversations/${item.conversation}/attachments`;
      await this._arrived(item, await send(path, item.file, { headers: this._with.headers(), signal: item.abort.signal, progress: (share) => this._progress(item, share) }));
    } catch (problem) {
      if (item.state === "gone") return;
      await this._failed(item, problem);
    }
  }

  async _arrived(item, { id, kind, ...data }) {
    const row = this._row(item);
    row?.querySelector(".upload")?.remove();
    const link = row?.querySelector("a");
    if (link) link.href = data.url + this._with.pane().as;
    this._forget(item);
    if (kind !== item.kind) row?.remove(); // drawn anew as what it is
    const { lane, conversation } = item;
    await this._with.done({ id: item.id, lane, conversation, kind, text: "", data: { attachment_id: id, ...data } });
  }

  async _failed(item, problem) {
    if (problem.status === 401 && !item.renewed) {
      item.renewed = true;
      if (await this._with.refresh().then(() => true, () => false)) return;
    }
    if (!refused(problem.status) && ++item.tries < TRIES && navigator.onLine !== false) {
      await new Promise((resolve) => setTimeout(resolve, Math.max(problem.after ?? 0, backoff(item.tries))));
      return;
    }
    item.state = "failed";
    item.reason = refused(problem.status) ? "refused" : "network";
    item.detail = refused(problem.status) ? problem.message : "";
    this._draw(item);
  }

  /** The way is open again: what failed for want of one goes on by itself. */
  _again() {
    for (const item of this._items.values()) if (item.state === "failed" && item.reason === "network") this._retry(item);
  }

  _retry(item) {
    if (!item.file) return this._choose(item);
    Object.assign(item, { state: "pending", tries: 0, reason: "" });
    this._draw(item);
    this._run();
  }

  /** The bytes are gone with the page that had them: they are chosen again. */
  _choose(item) {
    const pick = document.createElement("input");
    pick.type = "file";
    pick.accept = this._form?.dataset.fileTypes ?? "";
    pick.addEventListener("change", () => {
      const [file] = pick.files;
      const wrong = file && this._wrong(file);
      if (wrong) return this._with.pane().composer.fault(wrong);
      this._row(item)?.remove();
      this._take(file, item.id);
      this._run();
    });
    pick.click();
  }

  _remove(item) {
    item.state = "gone";
    item.abort?.abort();
    this._row(item)?.remove();
    this._forget(item);
  }

  _forget(item) {
    this._items.delete(item.id);
    this._with.store.remove(item.id).catch(() => {});
    item.release?.();
  }

  _click(event) {
    const button = event.target.closest?.('[data-slot="cancel"], [data-slot="retry"]');
    const item = button && this._items.get(button.closest("li")?.dataset.client);
    if (!item) return;
    event.stopPropagation();
    if (button.dataset.slot === "cancel") this._remove(item);
    else this._retry(item);
  }

  _row(item) { return item.lane === this._with.lane() ? this._with.pane()?.thread.row(item.id) : null; }

  _draw(item) {
    const { thread } = this._with.pane();
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
    bar.setAttribute("aria-label", this._say("file.uploading", { name: item.data.name }));
    below.querySelector("button").textContent = this._say(waits ? "file.cancel" : "file.remove");
    if (waits) return thread.retrying(item.id);
    const why = item.detail || this._say(`file.${item.reason}`);
    thread.failed({ id: item.id, detail: why });
    for (const retry of row.querySelectorAll('[data-slot="retry"]')) retry.hidden = item.reason === "refused";
  }

  _progress(item, share) {
    const bar = this._row(item)?.querySelector(".upload progress");
    if (bar) bar.value = share;
  }

  /** Says to other pages that this one is at it. Whether none is. */
  _hold(id) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      navigator.locks.request(`support-file:${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && new Promise((release) => { const item = this._items.get(id); if (item) item.release = release; });
      }).catch(() => resolve(true));
    });
  }
}
