const LOOKS = 250; // what a tab where she looks is ahead of the others
const TOLD = 5_000;
const QUIET = 3_000; // between two sounds

/** Tells an agent who looks elsewhere that a visitor has written: by a sound, and a notification of her system. */
export class Alert {
  _api; _words; _open; _me; _wants; _known = new Map(); _audio = null; _rang = 0;

  /**
   * @param {{api: import("./api.js").API, words: import("./words.js").Words, open: () => string | undefined}} options open: the conversation on the page
   */
  constructor({ api, words, open }) {
    this._api = api;
    this._words = words;
    this._open = open;
    this._me = document.body.dataset.me;
    this._wants = new Set((document.body.dataset.notify ?? "").split(" "));
    // A browser lets nothing sound before somebody has touched the page.
    const touched = () => { if (this._wants.has("sound")) this._voice(); };
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, touched, { once: true });
  }

  /** Takes an event of the agent's stream. @param {string} kind @param {any} data @param {string} id its conversation */
  async hear(kind, data, id) {
    if (kind === "conversation" && id) this._known.set(id, data);
    if (kind === "reset" || kind === "heads") this._known.clear(); // what changed meanwhile is not known
    if (kind !== "message" || data.author?.kind !== "visitor") return;
    if (!this._wants.has("sound") && !this._wants.has("desktop")) return;
    const looks = document.hasFocus() && this._open() === id;
    if (!looks) await new Promise((resolve) => setTimeout(resolve, LOOKS));
    if (!(await this._first(id, data.seq)) || looks) return;
    const conversation = await this._about(id);
    if (!conversation || !this._concerns(conversation)) return;
    if (this._wants.has("sound")) this._ring();
    if (this._wants.has("desktop")) await this._show(id, conversation, data);
  }

  /** Whether this is the first tab that hears of the message: of several one tells, and none where one of them has her eyes. */
  _first(id, seq) {
    if (!navigator.locks) return true;
    return new Promise((resolve) => {
      navigator.locks.request(`support-told-${id}-${seq}`, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock && new Promise((over) => setTimeout(over, TOLD));
      });
    });
  }

  async _about(id) {
    if (!this._known.has(id)) {
      const found = await this._api.get(`/api/v1/conversations/${id}`).catch(() => null);
      if (found) this._known.set(id, found);
    }
    return this._known.get(id);
  }

  _concerns(conversation) {
    if (conversation.status === "waiting") return this._wants.has("queue");
    return conversation.agent?.id === this._me && conversation.status !== "closed";
  }

  _voice() {
    const Audio = window.AudioContext;
    this._audio = this._audio ?? (Audio ? new Audio() : null);
    if (this._audio?.state === "suspended") this._audio.resume().catch(() => {});
    return this._audio;
  }

  /** Two short tones, the second higher. */
  _ring() {
    const audio = this._voice();
    if (audio?.state !== "running" || Date.now() - this._rang < QUIET) return;
    this._rang = Date.now();
    for (const [tone, at] of [[660, 0], [880, 0.14]]) {
      const from = audio.createOscillator();
      const loud = audio.createGain();
      const begins = audio.currentTime + at;
      from.frequency.value = tone;
      loud.gain.setValueAtTime(0.0001, begins);
      loud.gain.exponentialRampToValueAtTime(0.12, begins + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, begins + 0.22);
      from.connect(loud).connect(audio.destination);
      from.start(begins);
      from.stop(begins + 0.24);
    }
  }

  async _show(id, conversation, data) {
    if (globalThis.Notification?.permission !== "granted") return;
    const name = conversation.visitor_name || this._words.say("alert_visitor");
    const body = data.kind === "text" ? String(data.text).slice(0, 120) : this._words.say("alert_other");
    try {
      const shown = new Notification(name, { body, tag: id, lang: document.documentElement.lang });
      shown.onclick = () => {
        window.focus();
        shown.close();
        if (this._open() !== id) location.assign(`/console/c/${id}`);
      };
    } catch { // a phone's browser shows none from a page
    }
  }
}
