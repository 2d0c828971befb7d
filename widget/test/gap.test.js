import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Gap } from "../gap.js";
import { seeded } from "./helpers.js";

const m = (seq) => ({ seq });
const seqs = (list) => list.map((x) => x.seq);

describe("TestGap_push", () => {
  it("OK", () => {
    const gap = new Gap(4);
    assert.deepEqual(seqs(gap.push(m(5), 0)), [5]);
    assert.equal(gap.last, 5);
    assert.equal(gap.due(), Infinity);
  });
  it("drops what has been shown", () => {
    const gap = new Gap(4);
    assert.deepEqual(gap.push(m(4), 0), []);
    assert.deepEqual(gap.push(m(1), 0), []);
    assert.equal(gap.due(), Infinity);
  });
  it("holds seq+2 until seq+1 comes", () => {
    const gap = new Gap();
    assert.deepEqual(gap.push(m(2), 0), []);
    assert.deepEqual(gap.push(m(2), 10), []);
    assert.deepEqual(seqs(gap.push(m(1), 20)), [1, 2]);
    assert.equal(gap.due(), Infinity);
  });
  it("drops what has no number", () => assert.deepEqual(new Gap().push({}, 0), []));
  it("holds a bounded number and asks for the rest", () => {
    const gap = new Gap();
    for (let seq = 2; seq < 2_000; seq++) gap.push(m(seq), 0);
    const shown = seqs(gap.push(m(1), 0));
    assert.ok(shown.length <= 501);
    assert.equal(gap.due(), 1_000);
    for (let seq = shown.length + 1; seq < 2_000; seq++) gap.push(m(seq), 0);
    assert.equal(gap.last, 1_999);
    assert.equal(gap.due(), Infinity);
  });
});

describe("TestGap_due", () => {
  it("OK: 300 ms after a hole was seen", () => {
    const gap = new Gap();
    gap.push(m(2), 1_000);
    gap.push(m(3), 1_200);
    assert.equal(gap.due(), 1_300);
  });
  it("is 1 s after the head was first seen ahead", () => {
    const gap = new Gap(3);
    gap.head(3, 0);
    assert.equal(gap.due(), Infinity);
    gap.head(5, 1_000);
    gap.head(6, 1_500);
    assert.equal(gap.due(), 2_000);
    gap.push(m(4), 1_600);
    gap.push(m(5), 1_600);
    gap.push(m(6), 1_600);
    assert.equal(gap.due(), Infinity);
  });
  it("waits anew after a fetch that did not help", () => {
    const gap = new Gap();
    gap.push(m(2), 0);
    gap.fetched(5_000);
    assert.equal(gap.due(), 5_300);
  });
  it("forgets everything by reset", () => {
    const gap = new Gap(9);
    gap.push(m(11), 0);
    gap.head(20, 0);
    gap.reset(0);
    assert.equal(gap.due(), Infinity);
    assert.deepEqual(seqs(gap.push(m(1), 0)), [1]);
  });
});

describe("TestGap_anyInterleaving", () => {
  // The model: a log that grows, a stream that loses, repeats and reorders, fetches that see an older log, and reconnects that
  // replay. Whatever happens, exactly 1..n leaves, once, in order; and once nothing more happens, due() leads to the end.
  function play(seed, make = (last) => new Gap(last)) {
    const random = seeded(seed);
    const dice = (n) => Math.floor(random() * n);
    const gap = make(0);
    let log = 0, now = 0, wire = [];
    const shown = [];
    const push = (seq) => shown.push(...seqs(gap.push(m(seq), now)));
    const fetch = (upTo, limit) => { for (let seq = gap.last + 1, stop = Math.min(upTo, gap.last + limit); seq <= stop; seq++) push(seq); gap.fetched(now); };
    for (let step = 0; step < 400; step++) {
      now += dice(200);
      switch (dice(8)) {
        case 0: case 1: case 2: { const k = 1 + dice(3); for (let i = 0; i < k; i++) { log++; if (dice(10) > 0) wire.push(log); if (dice(8) === 0) wire.push(log); } break; }
        case 3: case 4: { for (let i = 1 + dice(4); i > 0 && wire.length; i--) push(wire.splice(dice(3) === 0 ? dice(wire.length) : 0, 1)[0]); break; }
        case 5: gap.head(log - dice(3), now); break;
        case 6: if (now >= gap.due()) fetch(log - dice(4), 1 + dice(50)); break;
        case 7: if (dice(5) === 0) { wire = []; const from = Math.max(1, gap.last - dice(5)); for (let seq = from; seq <= log; seq++) wire.push(seq); } break;
      }
      assert.ok(shown.every((seq, i) => seq === i + 1), `seed ${seed}, step ${step}: ${shown.slice(-5)}`);
      assert.equal(gap.last, shown.length);
    }
    gap.head(log, now); // the next heartbeat
    for (let round = 0; round < 2_000 && gap.due() < Infinity; round++) { now = Math.max(now, gap.due()); fetch(log, 50); }
    assert.equal(shown.length, log, `seed ${seed}: stuck at ${shown.length} of ${log}`);
  }

  it("OK: 2,000 runs", () => { for (let seed = 1; seed <= 2_000; seed++) play(seed); });
  it("can fail: a keeper that shows what comes is found out", () => {
    class Eager extends Gap { push(message, now) { super.push(message, now); return [message]; } }
    assert.throws(() => { for (let seed = 1; seed <= 50; seed++) play(seed, (last) => new Eager(last)); });
  });
  it("can fail: a keeper that skips holes is found out", () => {
    class Skipping extends Gap { push(message, now) { if (message.seq > this.last + 1) this.reset(message.seq - 1); return super.push(message, now); } }
    assert.throws(() => { for (let seed = 1; seed <= 50; seed++) play(seed, (last) => new Skipping(last)); });
  });
  it("can fail: a keeper that never asks is found out", () => {
    class Silent extends Gap { due() { return Infinity; } }
    assert.throws(() => { for (let seed = 1; seed <= 50; seed++) play(seed, (last) => new Silent(last)); });
  });
});
