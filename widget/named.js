import { slot } from "./slots.js";

const LOOK = 1_000;
const TELL = 12_000;

/** Notes that name the agent: told when they come, seen when they have been in view for a second in a window that is looked at. */
export class Named {
  _api; _words; _count; _look = null; _hide; _seen = {};

  /** @param {{api: import("./api.js").API, words: import("./words.js").Words, count: () => void}} options count: how many there are has changed */
  constructor({ api, words, count }) {
    this._api = api;
    this._words = words;
    this._count = count;
    for (const kind of ["focus", "visibilitychange", "scroll"]) addEventListener(kind, () => this.look(), { capture: true, passive: true });
  }

  /** A note came. @param {any} note chat.Message */
  hear(note) {
    const { me, name } = document.body.dataset;
    if (!name || note.author?.id === me || !note.text?.includes(`@${name}`)) return;
    this._count();
    this.look();
    const place = document.querySelector("[data-told]");
    if (!place) return;
    slot(place, "text", this._words.say("mentioned", { name: note.author?.name ?? "" }));
    place.querySelector("a").href = `/console/c/${note.conversation_id}?view=mentions`;
    place.hidden = false;
    clearTimeout(this._hide);
    this._hide = setTimeout(() => { place.hidden = true; }, TELL);
  }

  /** Somebody may be looking now. */
  look() {
    if (this._look || !this._newest()) return;
    this._look = setTimeout(async () => {
      this._look = null;
      const found = this._newest();
      if (!found) return;
      this._seen[found.conversation] = found.note;
      await this._api.post(`/api/v1/conversations/${found.conversation}/read`, { note: found.note }).then(() => this._count(), () => {});
    }, LOOK);
  }

  /** The newest note in view that names her and was not told to be seen yet. */
  _newest() {
    const pane = document.querySelector("main[data-chat]"), { name } = document.body.dataset;
    if (!pane || !name || document.visibilityState !== "visible" || !document.hasFocus()) return null;
    const { conversation } = pane.dataset, box = pane.querySelector(".thread").getBoundingClientRect();
    const notes = [...pane.querySelectorAll("li[data-note]")].filter((li) => {
      const { top, bottom } = li.getBoundingClientRect();
      return li.textContent.includes(`@${name}`) && bottom > box.top && top < box.bottom && Number(li.dataset.note) > (this._seen[conversation] ?? 0);
    }).map((li) => Number(li.dataset.note));
    return notes.length > 0 ? { conversation, note: Math.max(...notes) } : null;
  }
}
