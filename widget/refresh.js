const PACE = 250;

/**
 * Asks for rows of a list again, however often they change: one request for a row at a time, 250 ms apart, and never fewer
 * than it takes to show the last change.
 */
export class Refresh {
  #load; #rows = new Map();

  /** @param {(id: string, first: boolean) => Promise<void>} load fetches and places a row; first: something was said in it */
  constructor(load) { this.#load = load; }

  /** @param {string} id of a conversation @param {boolean} [first] */
  ask(id, first = false) {
    const row = this.#rows.get(id);
    if (row) {
      row.again = true;
      row.first ||= first;
      return;
    }
    this.#rows.set(id, { again: false, first });
    this.#run(id);
  }

  async #run(id) {
    const row = this.#rows.get(id);
    const { first } = row;
    row.first = false;
    await this.#load(id, first).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, PACE));
    if (!row.again) return void this.#rows.delete(id);
    row.again = false;
    this.#run(id);
  }
}
