const PACE = 250;

/**
 * Asks for rows of a list again, however often they change: one request for a row at a time, 250 ms apart, and never fewer
 * than it takes to show the last change.
 */
export class Refresh {
  _load; _rows = new Map();

  /** @param {(id: string, first: boolean) => Promise<void>} load fetches and places a row; first: something was said in it */
  constructor(load) { this._load = load; }

  /** @param {string} id of a conversation @param {boolean} [first] */
  ask(id, first = false) {
    const row = this._rows.get(id);
    if (row) {
      row.again = true;
      row.first ||= first;
      return;
    }
    this._rows.set(id, { again: false, first });
    this._run(id);
  }

  async _run(id) {
    const row = this._rows.get(id);
    const { first } = row;
    row.first = false;
    await this._load(id, first).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, PACE));
    if (!row.again) return void this._rows.delete(id);
    row.again = false;
    this._run(id);
  }
}
