import { recall, remember } from "./memory.js";

/**
 * Whose this browser's storage is. What somebody writes before she signs in goes with her when she does; what somebody who has
 * signed in leaves behind is for nobody else.
 */
export class Owner {
  _key; _line;

  /** @param {string} line */
  constructor(line) {
    this._key = `support-owner:${line}`;
    this._line = line;
    // Another tab let somebody else in: nothing here is hers.
    addEventListener("storage", (event) => { if (event.key === this._key && foreign(event.oldValue ?? "", event.newValue ?? "")) location.reload(); });
  }

  /** Whether the one who was here last had signed in. */
  get signed() { return recall(this._key).endsWith("+"); }

  /**
   * Takes note of who is here. @param {string} id of the visitor, "" for nobody @param {boolean} signed
   * @returns {boolean} whether somebody else was here, whose things are to be wiped
   */
  claim(id, signed) {
    const last = recall(this._key);
    const now = id + (signed ? "+" : "");
    if (id || foreign(last, now)) remember(this._key, now);
    return foreign(last, now);
  }

  /** Forgets what was being written and where she was reading. @param {{clear: () => Promise<void>}} outbox */
  async wipe(outbox) {
    for (const kind of ["draft:visitor", "place", "contact", "leave", "begun"]) remember(`support-${kind}:${this._line}`, "");
    await outbox.clear();
  }
}

function foreign(last, now) { return last.endsWith("+") && last !== now; }
