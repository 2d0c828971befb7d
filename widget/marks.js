/** How far the other side has come with what this side wrote. Numbers only grow. */
export class Marks {
  /** @param {number} delivered @param {number} read */
  constructor(delivered = 0, read = 0) {
    this.read = read;
    this.delivered = Math.max(delivered, read);
  }

  /** Begins again, for another log. */
  reset() { this.read = this.delivered = 0; }

  /** Takes what a receipt says of the other side. Returns whether anything moved. @param {{delivered?: number, read?: number}} receipt */
  receipt({ delivered = 0, read = 0 }) {
    const before = this.delivered + this.read;
    this.read = Math.max(this.read, read);
    this.delivered = Math.max(this.delivered, delivered, this.read);
    return this.delivered + this.read > before;
  }

  /** Takes a conversation's marks as they stand in a heartbeat. @param {"visitor"|"agent"} side ours @param {{visitor_delivered?: number, visitor?: number, agent?: number}} all */
  heartbeat(side, all = {}) {
    return this.receipt(side === "visitor" ? { read: all.agent } : { delivered: all.visitor_delivered, read: all.visitor });
  }

  /** What to say beside our message of that number. @param {number} seq @returns {"sent"|"delivered"|"read"} */
  state(seq) { return seq <= this.read ? "read" : seq <= this.delivered ? "delivered" : "sent"; }
}
