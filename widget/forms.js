import { slot } from "./slots.js";

/** The visitor's other forms: to end, to begin again, to rate, and the small things of the bar. They post by themselves without script. */
export class Forms {
  _api; _words; _id; _again;

  /** @param {{api: import("./api.js").API, words: import("./words.js").Words, id: () => string, again: () => Promise<void>}} options */
  constructor({ api, words, id, again }) {
    this._api = api;
    this._words = words;
    this._id = id;
    this._again = again;
    document.addEventListener("submit", (event) => {
      const act = { close: this._close, again: this._begin, rate: this._rate, human: this._human, leave: this._leave }[event.submitter?.value];
      if (!act || event.defaultPrevented) return;
      event.preventDefault();
      this._run(event.target, act);
    });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") fold(); });
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-menu], [data-emoji-panel]")) fold();
      const sign = event.target.closest("[data-emoji]");
      if (sign) insert(sign.dataset.emoji);
    });
  }

  async _run(form, act) {
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    try {
      await act.call(this, form);
      fold();
    } catch (problem) {
      slot(form, "error", this._words.say(`error.${problem.code}`, { trace: problem.trace ?? "" }));
      for (const place of form.querySelectorAll('[data-slot="error"]')) place.hidden = false;
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  async _close() { await this._post("close"); }

  /** On to people. The button goes with the bot; who pressed it goes on writing. */
  async _human() {
    await this._post("human");
    document.querySelector("form[data-composer] textarea").focus({ preventScroll: true });
  }

  /** Where to answer, instead of waiting on. */
  async _leave(form) {
    await this._post("contact", { contact: form.elements.contact.value.trim() }).catch((problem) => {
      throw problem.code === "invalid" ? { code: "contact" } : problem;
    });
    document.querySelector("[data-chat]").dataset.left = "true";
  }

  /** The same conversation goes on; one that ended too long ago leaves room for another. */
  async _begin() {
    try {
      await this._post("reopen");
    } catch (problem) {
      if (problem.code !== "conflict") throw problem;
      await this._again();
    }
    this._said(document.querySelector("form[data-rating]"), false); // what ends again may be rated again
  }

  async _rate(form) {
    const said = new FormData(form);
    await this._post("rating", { score: Number(said.get("score")), tags: said.getAll("tags"), comment: said.get("comment") ?? "" });
    this._said(form, true);
  }

  /** A rating that was sent folds away into thanks, from where it can be changed. */
  _said(form, done) {
    if (!form) return;
    for (const place of form.querySelectorAll('[data-slot="error"]')) place.hidden = true;
    const box = form.parentNode;
    box.open = !done;
    const thanks = box.firstElementChild;
    thanks.hidden = !done;
    if (done) thanks.focus();
  }

  _post(what, body) { return this._api.post(`/api/v1/conversations/${this._id()}/${what}`, body); }
}

function fold() {
  for (const open of document.querySelectorAll("[data-menu][open], [data-emoji-panel][open]")) open.open = false;
}

function insert(sign) {
  const field = document.querySelector("form[data-composer] textarea");
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus({ preventScroll: true });
}
