import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { API } from "../api.js";
import { Outbox } from "../outbox.js";
import { ChainStore, MemoryStore } from "../store.js";
import { answer, freeTime, holdTime, pass, seeded, settle } from "./helpers.js";

/** A server whose answers are written in advance; beyond them it accepts. It keeps a log, as the real one does. */
class Server {
  log = []; requests = []; plan = []; seen = new Map(); flying = new Map(); most = 0;

  fetch = async (path, { body, signal }) => {
    const { client_id: id, text } = JSON.parse(body);
    const conversation = path.split("/")[4];
    this.requests.push({ id, conversation, at: Date.now() });
    this.flying.set(conversation, (this.flying.get(conversation) ?? 0) + 1);
    this.most = Math.max(this.most, this.flying.get(conversation));
    try {
      const next = this.plan.shift() ?? "accept";
      if (next === "down") throw new TypeError("fetch failed");
      if (next === "hang") return await lost(signal);
      if (typeof next === "number" || next.status) return answer(next.status ?? next, { code: "said", detail: "no" }, next.headers);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const first = this.seen.get(id);
      if (!first) this.log.push({ id, conversation, text });
      this.seen.set(id, first ?? this.log.length);
      if (next === "lost") return await lost(signal);
      return answer(first ? 200 : 201, { seq: first ?? this.log.length, client_id: id, text });
    } finally {
      this.flying.set(conversation, this.flying.get(conversation) - 1);
    }
  };
}
const lost = (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));

function open(server, { store = new ChainStore(new MemoryStore()), refresh, lock = (_, work) => work(), random = () => 0.5 } = {}) {
  const api = new API({ fetch: server.fetch });
  const heard = [];
  const outbox = new Outbox({
    scope: "s", store, refresh, lock, random,
    send: (item) => api.post(`/api/v1/conversations/${item.conversation}/messages`, { client_id: item.id, kind: "text", text: item.text }),
    on: { sent: (item, message) => heard.push(["sent", item.id, message.seq]), failed: (item) => heard.push(["failed", item.id, item.reason]) },
  });
  return { outbox, heard, store };
}
const draft = (id, conversation = "c1") => ({ id, lane: conversation, conversation, kind: "text", text: `text of ${id}` });

describe("TestOutbox_add", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK", async () => {
    const server = new Server();
    const { outbox, heard, store } = open(server);
    await outbox.add(draft("a"));
    await pass(200);
    assert.deepEqual(heard, [["sent", "a", 1]]);
    assert.deepEqual(await store.all("s"), []);
    assert.deepEqual(outbox.items(), []);
  });
  it("stores before the first attempt", async () => {
    const server = new Server();
    const store = new ChainStore(new MemoryStore());
    let storedFirst;
    const fetch = server.fetch;
    server.fetch = async (...a) => { storedFirst ??= (await store.all("s")).map((i) => i.id); return fetch(...a); };
    const { outbox } = open(server, { store });
    await outbox.add(draft("a"));
    await pass(200);
    assert.deepEqual(storedFirst, ["a"]);
  });
  it("does not send while storing is under way, and keeps the order then too", async () => {
    const server = new Server();
    const memory = new MemoryStore();
    let slow = 300;
    const store = { all: (s) => memory.all(s), remove: (id) => memory.remove(id), put: async (i) => { await new Promise((r) => setTimeout(r, slow)); slow = 1; return memory.put(i); } };
    const { outbox } = open(server, { store });
    outbox.add(draft("a"));
    outbox.add(draft("b"));
    await pass(250);
    assert.equal(server.requests.length, 0);
    await pass(1_000);
    assert.deepEqual(server.log.map((m) => m.id), ["a", "b"]);
  });
  it("keeps one in flight per conversation, in the order written, and two conversations at once", async () => {
    const server = new Server();
    const { outbox } = open(server);
    for (let i = 0; i < 20; i++) outbox.add(draft(`a${i}`, i % 2 ? "c1" : "c2"));
    await pass(2_000);
    assert.equal(server.most, 1);
    for (const c of ["c1", "c2"]) assert.deepEqual(server.log.filter((m) => m.conversation === c).map((m) => Number(m.id.slice(1))), [...Array(20).keys()].filter((i) => (i % 2 ? "c1" : "c2") === c));
    assert.ok(server.requests[1].at - server.requests[0].at < 50, "conversations wait for each other");
  });
});

describe("TestOutbox_answers", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: a repeat answered 200 is done", async () => {
    const server = new Server();
    server.plan = ["lost"];
    const { outbox, heard } = open(server);
    await outbox.add(draft("a"));
    await pass(10_000);
    assert.deepEqual(server.requests.map((r) => r.id), ["a", "a"]);
    assert.deepEqual(server.log.map((m) => m.id), ["a"]);
    assert.deepEqual(heard, [["sent", "a", 1]]);
  });
  it("gives an attempt five seconds", async () => {
    const server = new Server();
    server.plan = ["hang"];
    const { outbox } = open(server);
    await outbox.add(draft("a"));
    await pass(4_900);
    assert.equal(server.requests.length, 1);
    await pass(1_000);
    assert.equal(server.requests.length, 2);
  });
  for (const status of [400, 403, 404, 409, 413, 415, 422]) {
    it(`${status} is shown as not sent, and the next goes on`, async () => {
      const server = new Server();
      server.plan = [status];
      const { outbox, heard, store } = open(server);
      outbox.add(draft("a"));
      outbox.add(draft("b"));
      await pass(60_000, 5_000);
      assert.deepEqual(heard, [["failed", "a", "said"], ["sent", "b", 1]]);
      assert.deepEqual((await store.all("s")).map((i) => [i.id, i.state]), [["a", "failed"]]);
      assert.equal(server.requests.length, 2);
    });
  }
  for (const status of [408, 429, 500, 502, 503, 504]) {
    it(`${status} is tried again with the same id, before anything newer`, async () => {
      const server = new Server();
      server.plan = [status, status, "down"];
      const { outbox, heard } = open(server);
      outbox.add(draft("a"));
      outbox.add(draft("b"));
      await pass(20_000);
      assert.deepEqual(server.requests.map((r) => r.id), ["a", "a", "a", "a", "b"]);
      assert.deepEqual(heard, [["sent", "a", 1], ["sent", "b", 2]]);
    });
  }
  it("never tries before Retry-After, not even when woken", async () => {
    const server = new Server();
    server.plan = [{ status: 503, headers: { "Retry-After": "4" } }];
    const { outbox } = open(server, { random: () => 0 });
    await outbox.add(draft("a"));
    await pass(1_000);
    outbox.wake();
    await pass(2_900);
    assert.equal(server.requests.length, 1);
    await pass(300);
    assert.equal(server.requests.length, 2);
  });
  it("tries at once when woken from its own wait", async () => {
    const server = new Server();
    server.plan = Array(12).fill("down");
    const { outbox } = open(server, { random: () => 0.999 });
    await outbox.add(draft("a"));
    await pass(70_000, 1_000);
    const before = server.requests.length;
    outbox.wake();
    await settle();
    assert.equal(server.requests.length, before + 1);
  });
  it("backs off by rand(0, min(30 s, 0.5 s · 2ⁿ))", async () => {
    const server = new Server();
    server.plan = Array(9).fill("down");
    const { outbox } = open(server, { random: () => 0.999999 });
    await outbox.add(draft("a"));
    await pass(200_000, 100);
    const waits = server.requests.slice(1).map((r, i) => Math.round((r.at - server.requests[i].at) / 500) * 500);
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });
  it("gets a new session at 401 and goes on with the same id", async () => {
    const server = new Server();
    server.plan = [401];
    let sessions = 0;
    const { outbox, heard } = open(server, { refresh: async () => { sessions++; } });
    await outbox.add(draft("a"));
    await pass(200);
    assert.equal(sessions, 1);
    assert.deepEqual(heard, [["sent", "a", 1]]);
  });
  it("does not spin when the new session is refused too", async () => {
    const server = new Server();
    server.plan = Array(100).fill(401);
    const { outbox } = open(server, { refresh: async () => {}, random: () => 0.999 });
    await outbox.add(draft("a"));
    await pass(3_000);
    assert.ok(server.requests.length <= 4, `${server.requests.length} requests in 3 s`);
  });
});

describe("TestOutbox_retry", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK", async () => {
    const server = new Server();
    server.plan = [409];
    const { outbox, heard } = open(server);
    await outbox.add(draft("a"));
    await pass(100);
    await outbox.retry("a");
    await pass(200);
    assert.deepEqual(heard, [["failed", "a", "said"], ["sent", "a", 1]]);
    assert.deepEqual(server.requests.map((r) => r.id), ["a", "a"]);
  });
  it("ignores what has not failed", async () => {
    const server = new Server();
    const { outbox } = open(server);
    await outbox.add(draft("a"));
    await outbox.retry("a");
    await outbox.retry("nothing");
    await pass(200);
    assert.equal(server.requests.length, 1);
  });
});

describe("TestOutbox_load", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: sends what an earlier page left", async () => {
    const server = new Server();
    server.plan = Array(5).fill("down");
    const first = open(server);
    first.outbox.add(draft("a"));
    await first.outbox.add(draft("b"));
    await pass(100);
    first.outbox.stop();
    server.plan = [];
    const second = open(server, { store: first.store });
    assert.deepEqual((await second.outbox.load()).map((i) => i.id), ["a", "b"]);
    await pass(500);
    assert.deepEqual(second.heard, [["sent", "a", 1], ["sent", "b", 2]]);
  });
  it("leaves what was refused for the reader to see, a week", async () => {
    const server = new Server();
    const store = new ChainStore(new MemoryStore());
    const old = { ...draft("old"), scope: "s", n: 1, at: Date.now() - 8 * 86_400_000, state: "failed" };
    await store.put(old);
    await store.put({ ...old, id: "new", at: Date.now() });
    const { outbox } = open(server, { store });
    assert.deepEqual((await outbox.load()).map((i) => i.id), ["new"]);
    await pass(200);
    assert.equal(server.requests.length, 0);
  });
  it("does not touch another's", async () => {
    const server = new Server();
    const store = new ChainStore(new MemoryStore());
    await store.put({ ...draft("a"), scope: "other", n: 1, at: Date.now(), state: "pending" });
    assert.deepEqual(await open(server, { store }).outbox.load(), []);
    await pass(200);
    assert.equal(server.requests.length, 0);
  });
});

describe("TestOutbox_settle", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: what was seen in the log is not sent again", async () => {
    const server = new Server();
    server.plan = ["lost"];
    const { outbox, heard } = open(server);
    await outbox.add(draft("a"));
    await pass(1_000);
    outbox.settle("a");
    await pass(60_000, 1_000);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(heard, []);
  });
});

describe("TestOutbox_tabs", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: two tabs with one store and one lock send one at a time, once each", async () => {
    const server = new Server();
    const store = new ChainStore(new MemoryStore());
    let tail = Promise.resolve();
    const lock = (_, work) => (tail = tail.catch(() => {}).then(work));
    const tabs = [open(server, { store, lock }), open(server, { store, lock })];
    for (let i = 0; i < 10; i++) tabs[i % 2].outbox.add(draft(`m${i}`));
    await pass(5_000);
    assert.equal(server.most, 1);
    assert.deepEqual(server.log.map((m) => m.id).sort(), [...Array(10).keys()].map((i) => `m${i}`));
    for (const t of [0, 1]) assert.deepEqual(server.log.map((m) => m.id).filter((id) => id.slice(1) % 2 === t), [0, 1, 2, 3, 4].map((i) => `m${2 * i + t}`), "a tab's own order");
    for (const { outbox } of tabs) assert.deepEqual(outbox.items(), []);
  });
});

describe("TestOutbox_anyTrouble", () => {
  beforeEach(holdTime);
  afterEach(freeTime);

  it("OK: whatever fails, everything arrives once and in order", async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed);
      const server = new Server();
      const troubles = ["down", "lost", "hang", 500, 503, 429, 401, "accept"];
      for (let i = 0; i < 25; i++) server.plan.push(troubles[Math.floor(random() * troubles.length)]);
      const store = new ChainStore(new MemoryStore());
      let { outbox } = open(server, { store, random });
      for (let i = 0; i < 12; i++) {
        outbox.add(draft(`m${i}`));
        if (random() < 0.5) await pass(Math.floor(random() * 4_000), 500);
        if (random() < 0.2) { // the page is left and opened again
          await settle();
          outbox.stop();
          ({ outbox } = open(server, { store, random }));
          await outbox.load();
        }
        if (random() < 0.3) outbox.wake();
      }
      await pass(400_000, 2_000);
      assert.deepEqual(server.log.map((m) => m.id), [...Array(12).keys()].map((i) => `m${i}`), `seed ${seed}`);
      assert.deepEqual(await store.all("s"), [], `seed ${seed}`);
      outbox.stop();
    }
  });
});
