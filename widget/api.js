import { retryAfter } from "./backoff.js";

const TIMEOUT = 5_000;

/** What went wrong with a call: an RFC 9457 problem, or status 0 when no answer came. */
export class Problem extends Error {
  /** @param {number} status @param {string} code @param {string} detail @param {{after?: number, trace?: string}} [more] after: milliseconds */
  constructor(status, code, detail, { after = 0, trace = "" } = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.after = after;
    this.trace = trace;
  }
}

/** Speaks JSON with the server: five seconds at most, every failure a Problem. */
export class API {
  _headers; _fetch;

  /** @param {{headers?: () => Record<string, string>, fetch?: typeof fetch}} [options] headers: what proves who we are; empty where the cookie does */
  constructor({ headers = () => ({}), fetch: send = (...a) => fetch(...a) } = {}) {
    this._headers = headers;
    this._fetch = send;
  }

  /** @param {string} path @returns {Promise<any>} */
  get(path) { return this._call("GET", path); }

  /** @param {string} path @param {object} [body] @param {Record<string, string>} [headers] @returns {Promise<any>} null for 204 */
  post(path, body = {}, headers) { return this._call("POST", path, body, headers); }

  /** @param {string} path @returns {Promise<any>} */
  delete(path) { return this._call("DELETE", path); }

  async _call(method, path, body, headers = this._headers()) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT);
    try {
      const answer = await this._fetch(path, {
        method,
        headers: { Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...headers },
        body: body && JSON.stringify(body),
        credentials: headers.Authorization ? "omit" : "same-origin",
        cache: "no-store",
        signal: abort.signal,
      });
      if (!answer.ok) throw await problem(answer);
      return answer.status === 204 ? null : await answer.json();
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(0, abort.signal.aborted ? "timeout" : "network", String(error?.message || error));
    } finally {
      clearTimeout(timer);
    }
  }
}

async function problem(answer) {
  let said = {};
  try {
    said = (await answer.json()) || {};
  } catch {
    // a proxy's own page: the status has to do
  }
  const trace = said.trace_id || answer.headers.get("X-Trace-Id") || "";
  return new Problem(answer.status, said.code || "internal", said.detail || said.title || "", { after: retryAfter(answer.headers), trace });
}
