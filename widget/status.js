import { initial } from "./face.js";
import { slot } from "./draw.js";

/** Where the conversation stands: who has it, the place in the queue, and whether one can still write. */
export class Status {
  #root; #words; #note; #id = ""; #seq = 0;

  /** @param {HTMLElement} root @param {import("./words.js").Words} words */
  constructor(root, words) {
    this.#root = root;
    this.#words = words;
    const quiet = root.dataset.status !== "waiting" && root.dataset.status !== "closed";
    this.#note = (quiet && root.querySelector("[data-who-note]")?.textContent) || "";
  }

  /** @param {any} conversation chat.Conversation */
  show(conversation) {
    const { id, status, agent, position = 0, last_seq: seq = 0 } = conversation;
    if (id === this.#id && seq < this.#seq) return; // two servers told us, and this is the older news
    this.#id = id;
    this.#seq = seq;
    this.#root.dataset.status = status;
    this.#root.dataset.holder = agent?.id ?? "";
    this.#each("[data-closed]", (place) => { place.hidden = status !== "closed"; });
    this.#each("[data-composer]", (place) => { place.hidden = status === "closed"; });
    this.#queue(status === "waiting" ? position : 0);
    if (this.#root.dataset.side === "visitor") this.#who(status, agent?.name);
  }

  /** The log is another one: its numbers begin again. */
  reset() { this.#seq = 0; }

  #queue(position) {
    this.#each("[data-queue]", (place) => {
      place.hidden = position === 0;
      if (position === 0) return;
      slot(place, "position", this.#words.say("queue", { n: position - 1 }));
      for (const [name, is] of [["next", position === 1], ["ahead", position > 1]]) {
        const sentence = place.querySelector(`[data-slot="${name}"]`);
        if (sentence) sentence.hidden = !is;
      }
      const minutes = position * Number(place.dataset.minutes ?? 0); // data-minutes: how long one place takes, where the line knows
      slot(place, "estimate", this.#words.say(minutes > 0 ? "queue_estimate" : "queue_wait", { n: minutes }));
    });
  }

  #who(status, name) {
    this.#each("[data-who]", (place) => { if (name) place.textContent = name; });
    this.#each("[data-who-initial]", (place) => {
      if (name) place.textContent = initial(name);
      place.classList.toggle("avatar--on", status === "open");
    });
    const word = { waiting: "connecting", closed: "ended" }[status];
    this.#each("[data-who-note]", (place) => { place.textContent = word ? this.#words.say(word) : this.#note; });
  }

  #each(selector, change) {
    for (const place of this.#root.querySelectorAll(selector)) change(place);
  }
}
