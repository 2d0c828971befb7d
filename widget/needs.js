import { later } from "./later.js";

/**
 * What most visits do without is fetched at the first sign that somebody needs it. The markup says which script a thing is nothing without
 * (data-needs): a press of it waits for the script, and then is done again.
 */
export class Needs {
  _make; _failed; _asked = {}; _there = {}; _made = {};

  /**
   * @param {Record<string, (exports: any) => any>} make what comes of a script's exports, or is awaited for it, by its name
   * @param {() => void} failed says to whoever asked that it did not come: she may ask again
   */
  constructor(make, failed) {
    this._make = make;
    this._failed = failed;
    document.addEventListener("click", (event) => this._press(event), true);
  }

  /** @param {string} name of a script @returns {Promise<any>} what was made of it; rejects when it did not come */
  need(name) {
    const forget = (error) => {
      this._asked[name] = null;
      throw error;
    };
    const keep = (made) => {
      this._there[name] = true;
      return (this._made[name] = made);
    };
    return (this._asked[name] = this._asked[name] || later(name).then(this._make[name]).then(keep).catch(forget));
  }

  /** The same for somebody who waits for it: that it did not come is said, and then it is null. @param {string} name */
  ask(name) { return this.need(name).catch(this._failed); }

  /** What was made of a script, where it has been. @param {string} name */
  made(name) { return this._made[name]; }

  _press(event) {
    const at = event.target.closest("[data-needs]");
    const name = at && at.dataset.needs;
    const press = at && event.target.closest("a, button, label, summary");
    if (!press || this._there[name] || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (press.matches("summary")) return void this.need(name).catch(() => {}); // it opens by itself
    event.preventDefault();
    event.stopPropagation();
    this.need(name).then(() => press.click(), this._failed);
  }
}
