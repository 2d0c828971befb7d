import { backoff } from "./backoff.js";
import { Owner } from "./owner.js";

const PATIENCE = 1_000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Who the page is for: somebody its host names, whoever was here before, or nobody yet. Another person begins with an empty page. */
export class Person {
  #owner; #session; #outbox; #leave; #enter; #arrived = false; #named; #answer = new Promise((resolve) => { this.#named = resolve; });

  /**
   * @param {string} line
   * @param {{session: import("./session.js").Session, outbox: import("./outbox.js").Outbox, enter: (answer: any) => Promise<void>, leave: () => void}} options
   *   enter: shows a session's conversation; leave: lets go of everything that is shown
   */
  constructor(line, { session, outbox, enter, leave }) {
    this.#owner = new Owner(line);
    this.#session = session;
    this.#outbox = outbox;
    this.#enter = enter;
    this.#leave = leave;
  }

  /**
   * Settles who is here, before anything of hers is shown. @param {{visitor: string, signed: string, awaits: string}} page
   *   awaits: the page was drawn for nobody, because its host is about to say who it is for
   * @returns {Promise<any>} her session where the host said so, null otherwise
   */
  async arrive({ visitor, signed, awaits }) {
    let answer = null;
    let foreign = false;
    if (awaits === "true") {
      answer = (await Promise.race([this.#answer, wait(PATIENCE)])) ?? null;
      if (answer) foreign = this.#claim(answer);
      else if (this.#owner.signed) {
        foreign = this.#owner.claim("", false);
        await this.#session.end().catch(() => {});
      }
    } else if (visitor) foreign = this.#owner.claim(visitor, signed === "true");
    else if (!this.#session.stored) foreign = this.#owner.claim("", false);
    if (foreign) await this.#owner.wipe(this.#outbox);
    this.#arrived = true;
    return answer;
  }

  /** Whether a session's answer is for whoever was here; when it is not, the page begins anew and this never resolves. @param {any} answer */
  async is(answer) { if (this.#claim(answer)) await this.#depart(); }

  /** The host says who she is. @param {string} identity */
  async identify(identity) {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await this.#session.identify(identity);
        if (this.#arrived) return await this.#enter(answer);
        return this.#named(answer);
      } catch ({ status }) {
        if ((status === 401 || status === 403) && this.#owner.signed && this.#arrived) return this.logout(); // it was meant for somebody
        if (status >= 400 && status < 500 && status !== 429) return;
        await wait(500 + backoff(tries));
      }
    }
  }

  /** She has gone: nothing of hers stays on the screen, in the browser, or in the session. */
  async logout() {
    document.body.replaceChildren();
    for (let tries = 0; !(await this.#session.end().then(() => true, ({ status }) => status >= 400 && status < 500)); tries++) await wait(500 + backoff(tries));
    this.#owner.claim("", false);
    await this.#depart();
  }

  #claim({ visitor }) { return this.#owner.claim(visitor.id, visitor.verified); }

  async #depart() {
    this.#leave();
    document.body.replaceChildren();
    await this.#owner.wipe(this.#outbox);
    location.reload();
    await new Promise(() => {}); // what was under way was for somebody else
  }
}
