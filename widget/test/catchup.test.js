import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { CatchUp } from "../catchup.js";
import { freeTime, holdTime, pass, seeded, settle } from "./helpers.js";

const m = (seq) => ({ seq });

/** A log that can be read in pages, and be away. */
class Log {
  length = 0; asked = []; away = false; limit = 200;
  fetch = async (after) => {
    this.asked.push(after);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.away) throw new Error("away");
    const upTo = Math.min(this.length, after + this.limit);
    return { messages: Array.from({ length: upTo - after }, (_, i) => m(after + i + 1)), has_more: upTo < this.length };
  };
}

function open(log, last = 0) {
  const shown = [];
  return { shown, catchup: new CatchUp({ last, fetch: log.fetch, release: (x) => shown.push(x.seq) }) };
}

describe("TestCatchUp_push", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: fetches a hole after 300 ms, once", async () => {
    const log = new Log();
    log.length = 3;
    const { shown, catchup } = open(log);
    catchup.push(m(1));
    catchup.push(m(3));
    await pass(250, 50);
    assert.deepEqual([shown, log.asked], [[1], []]);
    await pass(200, 50);
    assert.deepEqual([shown, log.asked], [[1, 2, 3], [1]]);
    await pass(60_000, 5_000);
    assert.equal(log.asked.length, 1);
  });
  it("does not fetch what comes in time", async () => {
    const log = new Log();
    const { shown, catchup } = open(log);
    catchup.push(m(2));
    await pass(200, 50);
    catchup.push(m(1));
    await pass(5_000, 500);
    assert.deepEqual([shown, log.asked], [[1, 2], []]);
  });
  it("reads page after page while there is more", async () => {
    const log = new Log();
    log.length = 450;
    const { shown, catchup } = open(log);
    catchup.head(450);
    await pass(2_000, 50);
    assert.equal(shown.length, 450);
    assert.deepEqual(log.asked, [0, 200, 400]);
  });
  it("fetches at once what was told too shortly, and again until it has it", async () => {
    const log = new Log();
    log.length = 2;
    log.away = true;
    const { shown, catchup } = open(log, 1);
    catchup.lacks(2);
    catchup.lacks(2);
    await pass(50, 50);
    assert.deepEqual([shown, log.asked], [[], [1]]);
    log.away = false;
    await pass(5_000, 50);
    assert.deepEqual([shown, log.asked], [[2], [1, 1]]);
  });
  it("tries again when the log is away, without hurry", async () => {
    const log = new Log();
    log.length = 2;
    log.away = true;
    const { shown, catchup } = open(log);
    catchup.push(m(2));
    await pass(30_000, 100);
    assert.ok(log.asked.length >= 2 && log.asked.length < 20, `${log.asked.length} fetches in 30 s`);
    log.away = false;
    await pass(40_000, 200);
    assert.deepEqual(shown, [1, 2]);
  });
  it("forgets a fetch that a reset overtook", async () => {
    const log = new Log();
    log.length = 5;
    const { shown, catchup } = open(log, 3);
    catchup.pull();
    catchup.reset(0);
    await pass(100, 10);
    assert.deepEqual(shown, []);
    await Promise.all([catchup.pull(), pass(100, 10)]);
    assert.deepEqual(shown, [1, 2, 3, 4, 5]);
  });
  it("is silent after stop", async () => {
    const log = new Log();
    log.length = 2;
    const { shown, catchup } = open(log);
    catchup.push(m(2));
    catchup.stop();
    await pass(5_000, 500);
    assert.deepEqual([shown, log.asked], [[], []]);
  });
  it("OK: shows 1..n once in order whatever is lost, repeated or away", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seeded(seed);
      const log = new Log();
      log.limit = 1 + Math.floor(random() * 10);
      const { shown, catchup } = open(log);
      for (let step = 0; step < 60; step++) {
        log.away = random() < 0.2;
        for (let k = Math.floor(random() * 4); k > 0; k--) {
          const seq = ++log.length;
          if (random() < 0.8) catchup.push(m(seq));
          if (random() < 0.2) catchup.push(m(Math.max(1, seq - Math.floor(random() * 5))));
        }
        if (random() < 0.1) catchup.head(log.length);
        if (random() < 0.3) await pass(Math.floor(random() * 800), 100);
      }
      log.away = false;
      catchup.head(log.length);
      await pass(60_000, 500);
      assert.deepEqual(shown, Array.from({ length: log.length }, (_, i) => i + 1), `seed ${seed}`);
      catchup.stop();
      await settle();
    }
  });
});
