// What is needed only once somebody attaches something or looks at it: a script of its own, which needs.js fetches.
import { Uploads } from "./upload.js";

/** The ways to attach something and to look at it. There is one for a page, whatever conversation is open. */
export class Attach {
  _with; _files;

  /**
   * @param {{pane: () => import("./pane.js").Pane | null, headers: () => Record<string, string>, words: import("./words.js").Words,
   *   store: any, scope: () => string, lane: () => string, ready: (item: any) => Promise<string>, refresh: () => Promise<void>, done: (item: any) => Promise<void>}} options
   *   ready: the conversation a file goes to, made if there is none; done: takes the message of a file that has arrived
   */
  constructor(options) {
    this._with = options;
    this._files = new Uploads(options);
    document.addEventListener("click", (event) => this._click(event));
    document.addEventListener("change", ({ target }) => {
      if (!target.matches?.("input[data-pick]")) return;
      this.add([...target.files]);
      target.value = "";
      this._tiles(false);
    });
    for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => this._drag(event));
  }

  /** Resolves when what it draws has its looks. */
  get styled() { return this._files.styled; }

  /** Another pane is open: draws what is on its way there. */
  show() { this._files.draw(); }

  /** Takes files, where one can write. @param {File[]} chosen */
  add(chosen) { if (chosen.length > 0 && this._open) this._files.add(chosen); }

  /** Asks again for what an earlier page did not finish. @param {any[]} left */
  resume(left) { return this._files.resume(left); }

  /** A picture did not come: a token may open it. @param {HTMLImageElement} img */
  carry(img) { if (this._token && !img.src.startsWith("blob:")) this._files.carry(img); }

  _click(event) {
    const at = event.target.closest?.("button[data-attach], a[data-photo], a[data-file]");
    if (!at || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (at.matches("[data-attach]")) return this._tiles(at.ariaExpanded !== "true");
    if (at.matches("[data-file]") && !this._token) return;
    event.preventDefault();
    this._files.open(at);
  }

  _tiles(open) {
    const way = document.querySelector("button[data-attach]");
    if (!way) return;
    way.ariaExpanded = String(open);
    document.getElementById("attach").hidden = !open;
  }

  _drag({ type, dataTransfer, relatedTarget }) {
    if (!dataTransfer?.types.includes("Files") || !this._open) return;
    const over = type !== "drop" && (type !== "dragleave" || relatedTarget !== null);
    this._with.pane().root.toggleAttribute("data-drop", over);
  }

  /** Whether one can write here. */
  get _open() {
    const form = this._with.pane()?.composer?.form;
    return form && !form.hidden && Number(form.dataset.fileMax) > 0;
  }

  get _token() { return "Authorization" in this._with.headers(); }
}
