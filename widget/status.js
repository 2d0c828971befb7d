import { initial } from "./face.js";
import { slot } from "./slots.js";

/** Where the conversation stands: who has it, the place in the queue, and whether one can still write. */
export class Status {
  _root; _words; _id = ""; _seq = 0;

  /** @param {HTMLElement} root @param {import("./words.js").Words} words */
  constructor(root, words) {
    this._root = root;
    this._words = words;
  }

  /** @param {any} conversation chat.Conversation */
  show(conversation) {
    const { id, status, agent, position = 0, wait_minutes: n = 0, last_seq: seq = 0, left_message_at: left, leave_offered: late } = conversation;
    if (id === this._id && seq < this._seq) return; // two servers told us, and this is the older news
    this._id = id;
    this._seq = seq;
    this._root.dataset.status = status;
    this._root.dataset.left = String(Boolean(left));
    this._root.dataset.late = String(Boolean(late));
    this._root.dataset.holder = agent?.id || "";
    const bot = status !== "closed" && Boolean(agent?.bot);
    this._root.dataset.bot = String(bot);
    this._each("[data-closed]", (place) => { place.hidden = status !== "closed"; });
    this._each("[data-composer]", (place) => { place.hidden = status === "closed"; });
    this._queue(status === "waiting" ? position : 0, n);
    if (this._root.dataset.side === "visitor") this._who(status, agent?.name, bot);
  }

  /** The log is another one: its numbers begin again. */
  reset() { this._seq = 0; }

  _queue(position, n) {
    this._each("[data-queue]", (place) => {
      place.hidden = position === 0;
      if (position === 0) return;
      slot(place, "position", this._words.say("queue", { n: position - 1 }));
      for (const [name, is] of [["next", position === 1], ["ahead", position > 1]]) {
        const sentence = place.querySelector(`[data-slot="${name}"]`);
        if (sentence) sentence.hidden = !is;
      }
      slot(place, "estimate", this._root.dataset.shut || this._words.say(n > 0 ? "queue_estimate" : "queue_wait", { n }));
    });
  }

  /** Where nobody has the conversation the line stands there: data-alone. */
  _who(status, name, bot) {
    this._each("[data-who]", (place) => { place.textContent = name || place.dataset.alone; });
    this._each("[data-who-initial]", (place) => {
      place.textContent = initial(name || place.dataset.alone);
      place.classList.toggle("avatar--on", status === "open");
    });
    const word = { waiting: "connecting", closed: "ended" }[status];
    const shut = status !== "closed" && !name && this._root.dataset.shut;
    this._each("[data-who-note]", (place) => { place.textContent = shut || (word ? this._words.say(word) : place.dataset[bot ? "assisted" : name ? "attended" : "alone"]); });
    if (name) this._each("[data-rate-title]", (place) => { place.textContent = this._words.say("rate", { name }); });
  }

  _each(selector, change) {
    for (const place of this._root.querySelectorAll(selector)) change(place);
  }
}
