/** Fetches what only a token opens: a page in another site's frame whose cookies are blocked has no other way to a picture. */
export class Carrier {
  _headers; _had = new Map();

  /** @param {() => Record<string, string>} headers */
  constructor(headers) { this._headers = headers; }

  /** An address that needs no token any more, for as long as the page lives. @param {string} url */
  fetch(url) {
    const headers = this._headers();
    if (!headers.Authorization || url.startsWith("blob:")) return Promise.resolve(url);
    if (!this._had.has(url)) {
      const had = fetch(url, { headers, credentials: "omit" }).then((answer) => (answer.ok ? answer.blob() : Promise.reject(answer.status))).then((blob) => URL.createObjectURL(blob));
      had.catch(() => this._had.delete(url));
      this._had.set(url, had);
    }
    return this._had.get(url);
  }

  /** @param {HTMLImageElement} img */
  async show(img) { img.src = await this.fetch(img.src).catch(() => "blob:"); }

  /** @param {string} url @param {string} name */
  async save(url, name) {
    const link = document.createElement("a");
    Object.assign(link, { href: await this.fetch(url), download: name });
    link.click();
  }
}
