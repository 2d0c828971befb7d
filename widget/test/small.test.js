import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { backoff, retryAfter } from "../backoff.js";
import { matching } from "../canned.js";
import { hue, initial } from "../face.js";
import { newID } from "../id.js";
import { meaning } from "../keys.js";
import { Marks } from "../marks.js";
import { Receipts } from "../receipts.js";
import { Refresh } from "../refresh.js";
import { ChainStore, MemoryStore } from "../store.js";
import { clock, day, dayKey } from "../time.js";
import { fill } from "../words.js";
import { freeTime, holdTime, pass } from "./helpers.js";

describe("TestBackoff", () => {
  it("OK: grows to 30 s and no further", () => {
    assert.deepEqual([0, 1, 5, 6, 60].map((n) => backoff(n, () => 1)), [500, 1_000, 16_000, 30_000, 30_000]);
    assert.equal(backoff(9, () => 0), 0);
  });
  it("reads Retry-After as seconds and as a date", () => {
    assert.equal(retryAfter(new Headers({ "Retry-After": "3" })), 3_000);
    const ms = retryAfter(new Headers({ "Retry-After": new Date(Date.now() + 10_000).toUTCString() }));
    assert.ok(ms > 8_000 && ms <= 10_000);
    for (const nothing of [{}, { "Retry-After": "soon" }, { "Retry-After": "-5" }]) assert.equal(retryAfter(new Headers(nothing)), 0);
  });
});

describe("TestMarks", () => {
  it("OK: never goes back", () => {
    const marks = new Marks(2, 1);
    assert.deepEqual([1, 2, 3].map((s) => marks.state(s)), ["read", "delivered", "sent"]);
    assert.equal(marks.receipt({ read: 3 }), true);
    assert.equal(marks.receipt({ read: 2, delivered: 1 }), false);
    assert.equal(marks.state(3), "read");
  });
  it("takes the other side's part of a heartbeat", () => {
    const all = { visitor_delivered: 9, visitor: 8, agent: 5 };
    const visitor = new Marks(), agent = new Marks();
    visitor.heartbeat("visitor", all);
    agent.heartbeat("agent", all);
    assert.deepEqual([visitor.read, visitor.delivered, agent.read, agent.delivered], [5, 5, 8, 9]);
    assert.equal(visitor.heartbeat("visitor", undefined), false);
  });
});

describe("TestReceipts", () => {
  beforeEach(holdTime);
  afterEach(freeTime);
  const open = (looking) => {
    const told = [];
    return { told, receipts: new Receipts({ seen: 0, delivers: true, post: async (b) => { told.push(b); }, looking, moved() {} }) };
  };

  it("OK: one delivered for a burst, read after a second of looking", async () => {
    const { told, receipts } = open(() => true);
    for (let seq = 1; seq <= 9; seq++) receipts.arrived(seq);
    await pass(400, 50);
    assert.deepEqual(told, [{ delivered: 9 }]);
    await pass(2_500, 50);
    assert.deepEqual(told, [{ delivered: 9 }, { seq: 1 }, { seq: 9 }]);
  });
  it("does not read what nobody looks at, nor what was only glanced at", async () => {
    let looking = false;
    const { told, receipts } = open(() => looking);
    receipts.arrived(1);
    await pass(3_000);
    looking = true;
    receipts.look();
    await pass(500);
    looking = false;
    await pass(3_000);
    assert.deepEqual(told, [{ delivered: 1 }]);
    assert.equal(receipts.seen, 0);
  });
});

describe("TestRefresh_ask", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: one at a time for a row, 250 ms apart, and the last change is seen", async () => {
    let flying = 0, most = 0, version = 0, seen = 0;
    const at = [];
    const refresh = new Refresh(async () => {
      at.push(Date.now());
      most = Math.max(most, ++flying);
      seen = version;
      await new Promise((resolve) => setTimeout(resolve, 100));
      flying--;
    });
    for (let i = 0; i < 30; i++) { version++; refresh.ask("a"); await pass(20, 20); }
    await pass(2_000, 50);
    assert.equal(most, 1);
    assert.equal(seen, version);
    assert.ok(at.length <= 4, `${at.length} requests`);
    assert.ok(at.slice(1).every((t, i) => t - at[i] >= 250));
  });
});

describe("TestChainStore", () => {
  const broken = { all: async () => { throw new Error(); }, put: async () => { throw new Error(); }, remove: async () => { throw new Error(); } };
  const item = (id) => ({ id, scope: "s" });
  it("OK: falls to the next store, and removes from all", async () => {
    const store = new ChainStore(broken, new MemoryStore());
    await store.put(item("a"));
    assert.deepEqual(await store.all("s"), [item("a")]);
    await store.remove("a");
    assert.deepEqual(await store.all("s"), []);
  });
  it("fails when every store does", async () => assert.rejects(new ChainStore(broken).put(item("a"))));
  it("keeps one copy when an earlier store comes back", async () => {
    const first = new MemoryStore(), second = new MemoryStore();
    await second.put({ ...item("a"), state: "pending" });
    await new ChainStore(first, second).put({ ...item("a"), state: "failed" });
    assert.deepEqual(await new ChainStore(first, second).all("s"), [{ ...item("a"), state: "failed" }]);
  });
});

describe("TestKeys_meaning", () => {
  it("OK", () => assert.deepEqual(["j", "K", "/", "?", "Escape", "x"].map((key) => meaning({ key }, false)), ["next", "previous", "search", "help", "back", ""]));
  it("means nothing in a text field but Escape", () => assert.deepEqual(["j", "?", "Escape"].map((key) => meaning({ key }, true)), ["", "", "back"]));
  it("means nothing with a modifier or while composing", () => {
    for (const held of ["ctrlKey", "metaKey", "altKey", "isComposing"]) assert.equal(meaning({ key: "e", [held]: true }, false), "");
  });
});

describe("TestCanned_matching", () => {
  const replies = [{ shortcut: "补发", body: "给您补发一只" }, { shortcut: "发票", body: "可以补开" }, { shortcut: "hello", body: "Hi" }];
  const found = (text) => matching(text, replies)?.map((r) => r.shortcut) ?? null;
  it("OK: shortcuts that begin so come first", () => assert.deepEqual(found("/补"), ["补发", "发票"]));
  it("gives all for a bare stroke, none for nonsense", () => assert.deepEqual([found("/"), found("/zzz")], [["补发", "发票", "hello"], []]));
  it("is not asked elsewhere", () => assert.deepEqual([found("a/补"), found("/a b"), found("")], [null, null, null]));
});

describe("TestFace", () => {
  it("OK: as the server has it", () => {
    assert.equal(hue(""), `hue-${0x811c9dc5 % 12}`);
    assert.equal(hue("a"), `hue-${0xe40c292c % 12}`); // FNV-1a test vectors
    assert.equal(hue("foobar"), `hue-${0xbf9cf968 % 12}`);
    assert.deepEqual(["林晓", "emma", " (x)", "", "😀a"].map(initial), ["林", "E", "X", "?", "😀"]);
  });
});

describe("TestTime", () => {
  const words = { say: (w) => w };
  const now = new Date(2026, 6, 18, 12);
  it("OK", () => {
    assert.equal(clock(new Date(2026, 6, 18, 0, 5), "zh-CN"), "00:05");
    assert.equal(dayKey(new Date(2026, 0, 2)), "2026-01-02");
    assert.deepEqual([18, 17, 14].map((d) => day(new Date(2026, 6, d), now, "en", words)), ["today", "yesterday", "14 July"]);
    assert.equal(day(new Date(2026, 6, 14), now, "zh-CN", words), "7 月 14 日");
    assert.equal(day(new Date(2025, 6, 14), now, "zh-CN", words), "2025 年 7 月 14 日");
  });
});

describe("TestWords_fill", () => {
  it("OK", () => assert.equal(fill("({n}) {title}{gone}", { n: 2, title: "{n}" }), "(2) {n}"));
});

describe("TestID_newID", () => {
  it("OK", () => { for (let i = 0; i < 50; i++) assert.match(newID(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/); });
});
