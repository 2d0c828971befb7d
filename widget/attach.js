/**
 * Notices that somebody wants to attach something or to look at it, and fetches upload.js for it: most conversations do without.
 * There is one for a page, whatever conversation is open.
 */
export class Attach {
  _with; _files = null;

  /**
   * @param {{pane: () => import("./pane.js").Pane | null, headers: () => Record<string, string>, words: import("./words.js").Words,
   *   store: any, scope: () => string, lane: () => string, ready: (item: any) => Promise<string>, refresh: () => Promise<void>, done: (item: any) => Promise<void>}} options
   *   ready: the conversation a file goes to, made if there is none; done: takes the message of a file that has arrived
   */
  constructor(options) {
    this._with = options;
    const on = (kind, hear, capture = false) => document.addEventListener(kind, hear, capture);
    on("click", (event) => this._click(event));
    on("change", ({ target }) => {
      if (!target.matches?.("input[data-pick]")) return;
      this._add([...target.files]);
      target.value = "";
      this._tiles(false);
    });
    on("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || event.clipboardData.types.includes("text/plain")) return; // a table is copied as words and as a picture of them
      event.preventDefault();
      this._add(files);
    });
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) on(kind, (event) => this._drag(event));
    on("error", ({ target }) => { // cookies are blocked here: what the token opens has to be fetched with it
      if (target.matches?.(".photo img") && headersOf(options) && !target.src.startsWith("blob:")) this._load().then((files) => files?.carry(target));
    }, true);
    this.show();
  }

  /** Another pane is open: shows the way to attach, and what is on its way there. */
  show() {
    for (const way of document.querySelectorAll("[data-attach]")) way.hidden = false;
    this._files?.then((files) => files?.draw());
  }

  /** Asks again for what an earlier page did not finish. */
  async resume() {
    const left = await this._with.store.all(`${this._with.scope()}:files`);
    if (left.length > 0) (await this._load())?.resume(left);
  }

  _click(event) {
    const at = event.target.closest?.("button[data-attach], a[data-photo], a[data-file]");
    if (!at || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (at.matches("[data-attach]")) return this._tiles(at.ariaExpanded !== "true");
    if (at.matches("[data-file]") && !headersOf(this._with)) return;
    event.preventDefault();
    this._load().then((files) => (files ? files.open(at) : location.assign(at.href)));
  }

  async _tiles(open) {
    if (open && !(await this._load())) return;
    const way = document.querySelector("button[data-attach]");
    if (!way) return;
    way.ariaExpanded = String(open);
    document.getElementById("attach").hidden = !open;
  }

  _drag(event) {
    if (!event.dataTransfer?.types.includes("Files") || !this._open) return;
    event.preventDefault();
    const over = event.type !== "drop" && (event.type !== "dragleave" || event.relatedTarget !== null);
    this._with.pane().root.toggleAttribute("data-drop", over);
    if (event.type === "drop") this._add([...event.dataTransfer.files]);
  }

  /** Whether one can write here. */
  get _open() {
    const form = this._with.pane()?.composer?.form;
    return form && !form.hidden && Number(form.dataset.fileMax) > 0;
  }

  async _add(chosen) {
    if (chosen.length > 0 && this._open) (await this._load())?.add(chosen);
  }

  _load() {
    this._files ??= import("./upload.js").then(async ({ Uploads }) => {
      const files = new Uploads(this._with);
      await files.styled;
      return files;
    }).catch(() => {
      this._files = null;
      this._with.pane()?.composer?.fault(this._with.words.say("file.reload"));
      return null;
    });
    return this._files;
  }
}

const headersOf = (options) => "Authorization" in options.headers();
