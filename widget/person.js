import { backoff } from "./backoff.js";
import { Owner } from "./owner.js";

const PATIENCE = 1_000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Who the page is for: somebody its host names, whoever was here before, or nobody yet. Another person begins with an empty page. */
export class Person {
  _owner; _session; _outbox; _leave; _enter; _arrived = false; _named; _answer = new Promise((resolve) => { this._named = resolve; });

  /**
   * @param {string} line
   * @param {{session: import("./session.js").Session, outbox: import("./outbox.js").Outbox, enter: (answer: any) => Promise<void>, leave: () => void}} options
   *   enter: shows a session's conversation; leave: lets go of everything that is shown
   */
  constructor(line, { session, outbox, enter, leave }) {
    this._owner = new Owner(line);
    this._session = session;
    this._outbox = outbox;
    this._enter = enter;
    this._leave = leave;
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
      answer = (await Promise.race([this._answer, wait(PATIENCE)])) || null;
      if (answer) foreign = this._claim(answer);
      else if (this._owner.signed) {
        foreign = this._owner.claim("", false);
        await this._session.end().catch(() => {});
      }
    } else if (visitor) foreign = this._owner.claim(visitor, signed === "true");
    else if (!this._session.stored) foreign = this._owner.claim("", false);
    if (foreign) await this._owner.wipe(this._outbox);
    this._arrived = true;
    return answer;
  }

  /** Whether a session's answer is for whoever was here; when it is not, the page begins anew and this never resolves. @param {any} answer */
  async is(answer) { if (this._claim(answer)) await this._depart(); }

  /** The host says who she is. @param {string} identity */
  async identify(identity) {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await this._session.identify(identity);
        if (this._arrived) return await this._enter(answer);
        return this._named(answer);
      } catch ({ status }) {
        if ((status === 401 || status === 403) && this._owner.signed && this._arrived) return this.logout(); // it was meant for somebody
        if (status >= 400 && status < 500 && status !== 429) return;
        await wait(500 + backoff(tries));
      }
    }
  }

  /** She has gone: nothing of hers stays on the screen, in the browser, or in the session. */
  async logout() {
    document.body.replaceChildren();
    for (let tries = 0; !(await this._session.end().then(() => true, ({ status }) => status >= 400 && status < 500)); tries++) await wait(500 + backoff(tries));
    this._owner.claim("", false);
    await this._depart();
  }

  _claim({ visitor }) { return this._owner.claim(visitor.id, visitor.verified); }

  async _depart() {
    this._leave();
    document.body.replaceChildren();
    await this._owner.wipe(this._outbox);
    location.reload();
    await new Promise(() => {}); // what was under way was for somebody else
  }
}
