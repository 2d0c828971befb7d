import { Problem } from "./api.js";
import { recall, remember } from "./memory.js";

/**
 * What lets a visitor in. A page of its own relies on the HttpOnly cookie; a page in another site's frame, where cookies are
 * blocked, keeps the token in its own storage and sends it as Bearer. The token leaves this page for the server only.
 */
export class Session {
  _line; _locale; _key; _framed; _bearer; _token = ""; _api; _asking = null; _renewed = 0; _identity = "";

  /** What the host's page says of the visitor and of where she is, besides what is seen: {attributes, page}. */
  context = {};

  /** The conversation's id, "" before there is one. */
  conversation;

  /** @param {{line: string, locale: string, conversation: string, framed: boolean}} page */
  constructor({ line, locale, conversation, framed }) {
    this._line = line;
    this._locale = locale;
    this._key = `support:${line}`;
    this.conversation = conversation;
    this._framed = framed;
    this._bearer = framed && !conversation; // a frame that was drawn with its conversation has a working cookie
    if (this._bearer) this._token = recall(this._key);
  }

  /** @param {import("./api.js").API} api */
  use(api) { this._api = api; }

  /** Whether an earlier visit left a token to go on with. */
  get stored() { return this._token !== ""; }

  /** What proves who we are: a header, or nothing where the cookie does. @returns {Record<string, string>} */
  headers() { return this._token ? { Authorization: `Bearer ${this._token}` } : {}; }

  /**
   * Opens the session if there is none. Callers at once share one call.
   * @param {boolean} [resume] go on with the last conversation even when it has ended; otherwise a new one begins then
   * @returns {Promise<{conversation: any, epoch: string}>}
   */
  ensure(resume = false) {
    this._asking ??= this._open(resume).catch((error) => {
      this._asking = null;
      throw error;
    });
    return this._asking;
  }

  /** Opens it anew, for another conversation or because it has lapsed. */
  renew(resume = false) {
    this._asking = null;
    return this.ensure(resume);
  }

  /** After a 401. A cookie that was set and did not come back is blocked: from then on the token is carried by hand. */
  async refresh() {
    if (Date.now() - this._renewed < 60_000) this._bearer = true;
    this._renewed = Date.now();
    const stored = this._bearer ? recall(this._key) : "";
    if (stored && stored !== this._token) this._token = stored; // another frame of ours was quicker
    return this.renew(true);
  }

  /** Opens it as the person the host says she is. @param {string} identity a JWT of the host's */
  async identify(identity) {
    await this._asking?.catch(() => {});
    this._identity = identity;
    return this.renew(true);
  }

  /** Ends it: neither this page nor its storage lets anybody in any more. */
  async end() {
    await this._api.delete(this._path);
    this._token = "";
    remember(this._key, "");
  }

  get _path() { return `/api/v1/lines/${encodeURIComponent(this._line)}/session`; }

  async _open(resume) {
    const { attributes, page: said } = this.context;
    const identity = this._identity;
    this._identity = ""; // it is looked at once: from then on the session is the proof
    const body = { identity, page: { ...this._page(), ...said }, visitor: { attributes }, locale: this._locale, resume };
    const ask = (headers) => this._api.post(this._path, body, headers);
    let answer;
    try {
      answer = await ask(this.headers());
    } catch (error) {
      if (!(error instanceof Problem && error.status === 401 && this._token)) throw error;
      this._token = "";
      remember(this._key, "");
      answer = await ask({});
    }
    if (this._bearer) {
      this._token = answer.token;
      remember(this._key, answer.token);
    }
    this.conversation = answer.conversation.id;
    return answer;
  }

  /** Where the visitor is: on this page, or, in a frame, where the loader around it says; the fragment goes to no server. */
  _page() {
    const cut = (said) => said.slice(0, 2000); // a host's address may be longer than the desk keeps
    const { referrer, title } = document;
    if (!this._framed) return { url: cut(location.href), title: cut(title), referrer: cut(referrer) };
    const host = new URLSearchParams(location.hash.slice(1));
    return { url: cut(host.get("url") ?? referrer), title: cut(host.get("title") ?? ""), referrer: "" };
  }
}
