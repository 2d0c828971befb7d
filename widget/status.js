import { initial } from "./face.js";
import { slot } from "./draw.js";

/** Where the conversation stands: who has it, the place in the queue, and whether one can still write. */
export class Status {
  #root; #words; #id = ""; #seq = 0;

  /** @param {HTMLElement} root @param {import("./words.js").Words} words */
  constructor(root, words) {
    this.#root = root;
    this.#words = words;
  }

  /** @param {any} conversation chat.Conversation */
  show(conversation) {
    const { id, status, agent, position = 0, wait_minutes: n = 0, last_seq: seq = 0 } = conversation;
    if (id === this.#id && seq < this.#seq) return; // two servers told us, and this is the older news
    this.#id = id;
    this.#seq = seq;
    this.#root.dataset.status = status;
    this.#root.dataset.holder = agent?.id ?? "";
    this.#each("[data-closed]", (place) => { place.hidden = status !== "closed"; });
    this.#each("[data-composer]", (place) => { place.hidden = status === "closed"; });
    this.#queue(status === "waiting" ? position : 0, n);
    if (this.#root.dataset.side === "visitor") this.#who(status, agent?.name);
  }

  /** The log is another one: its numbers begin again. */
  reset() { this.#seq = 0; }

  #queue(position, n) {
    this.#each("[data-queue]", (place) => {
      place.hidden = position === 0;
      if (position === 0) return;
      slot(place, "position", this.#words.say("queue", { n: position - 1 }));
      for (const [name, is] of [["next", position === 1], ["ahead", position > 1]]) {
        const sentence = place.querySelector(`[data-slot="${name}"]`);
        if (sentence) sentence.hidden = !is;
      }
      slot(place, "estimate", this.#words.say(n > 0 ? "queue_estimate" : "queue_wait", { n }));
    });
  }

  /** Where nobody has the conversation the line stands there: data-alone. */
  #who(status, name) {
    this.#each("[data-who]", (place) => { place.textContent = name || place.dataset.alone; });
    this.#each("[data-who-initial]", (place) => {
      place.textContent = initial(name || place.dataset.alone);
      place.classList.toggle("avatar--on", status === "open");
    });
    const word = { waiting: "connecting", closed: "ended" }[status];
    this.#each("[data-who-note]", (place) => { place.textContent = word ? this.#words.say(word) : place.dataset[name ? "attended" : "alone"]; });
    if (name) this.#each("[data-rate-title]", (place) => { place.textContent = this.#words.say("rate", { name }); });
  }

  #each(selector, change) {
    for (const place of this.#root.querySelectorAll(selector)) change(place);
  }
}
