import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Stream } from "../stream.js";
import { freeTime, holdTime, pass, settle } from "./helpers.js";

/** A server of streams: each connection is kept with what was asked, and can be written to and cut. */
class Server {
  connections = []; plan = [];

  fetch = async (url, { headers, signal }) => {
    const refusal = this.plan.shift();
    const connection = { headers, at: Date.now() };
    this.connections.push(connection);
    if (refusal === "down") throw new TypeError("fetch failed");
    if (refusal) return new Response("{}", refusal);
    const body = new ReadableStream({
      start(controller) {
        const bytes = (x) => (typeof x === "string" ? new TextEncoder().encode(x) : x);
        connection.write = async (x) => { controller.enqueue(bytes(x)); await settle(); };
        connection.end = async () => { controller.close(); await settle(); };
        signal.addEventListener("abort", () => { connection.cut = true; try { controller.error(signal.reason); } catch { /* closed */ } });
      },
    });
    return new Response(body, { status: 200 });
  };

  get last() { return this.connections.at(-1); }
}

function open(server, options = {}) {
  const heard = [], states = [], gone = [];
  let renewals = 0;
  const stream = new Stream("/events", {
    event: (kind, data, id) => heard.push([kind, data, id]), state: (open) => states.push(open),
    unauthorized: async () => { renewals++; }, gone: (status) => gone.push(status),
  }, { fetch: server.fetch, random: () => 0.5, ...options });
  stream.connect();
  return { stream, heard, states, gone, renewals: () => renewals };
}

describe("TestStream_connect", () => {
  let opened;
  const start = async (server, options) => { opened = open(server, options); await settle(); return opened; };
  beforeEach(holdTime);
  afterEach(async () => { opened.stream.disconnect(); await settle(); freeTime(); });

  it("OK", async () => {
    const server = new Server();
    const { heard, states } = await start(server, { headers: () => ({ Authorization: "Bearer t" }) });
    await server.last.write('event: message\nid: e.1\ndata: {"seq":1}\n\n');
    assert.deepEqual(heard, [["message", { seq: 1 }, "e.1"]]);
    assert.deepEqual(states, [true]);
    assert.equal(server.last.headers.Authorization, "Bearer t");
    assert.equal("Last-Event-ID" in server.last.headers, false);
  });
  it("reads characters that were cut in two", async () => {
    const server = new Server();
    const { heard } = await start(server);
    for (const byte of new TextEncoder().encode('data: {"text":"杯口 🙏"}\r\n\r\n')) await server.last.write(new Uint8Array([byte]));
    assert.equal(heard[0][1].text, "杯口 🙏");
  });
  it("goes on from the last number after a cut, and from the one it was given", async () => {
    const server = new Server();
    const { states } = await start(server, { id: "e.7" });
    assert.equal(server.last.headers["Last-Event-ID"], "e.7");
    await server.last.write('id: e.9\ndata: {}\n\ndata: {"typing":1}\n\n');
    await server.last.end();
    await pass(1_000);
    assert.equal(server.last.headers["Last-Event-ID"], "e.9");
    assert.deepEqual(states, [true, false, true]);
  });
  it("keeps to another log's number when something without a number comes before its first message", async () => {
    const server = new Server();
    const { stream } = await start(server, { id: "old.5" });
    await server.last.write('event: reset\ndata: {"epoch":"new"}\n\n');
    stream.resume("new.0");
    await server.last.write('event: typing\ndata: {}\n\n');
    assert.equal(stream.id, "new.0");
    await server.last.write('id: 1\ndata: {"t":"mid0q2z3","a":"","x":"hi"}\n\n');
    assert.equal(stream.id, "new.1");
  });
  it("passes over data that is not JSON, and keeps its number", async () => {
    const server = new Server();
    const { heard, stream } = await start(server);
    await server.last.write('id: e.1\ndata: {half\n\nid: e.2\ndata: {}\n\n');
    assert.equal(heard.length, 1);
    assert.equal(stream.id, "e.2");
  });
  it("reconnects after 40 s without a byte, not before", async () => {
    const server = new Server();
    await start(server);
    await pass(39_000, 1_000);
    await server.last.write(": ping\n\n");
    await pass(39_900, 100);
    assert.equal(server.connections.length, 1);
    await pass(1_500);
    assert.equal(server.connections.length, 2);
    assert.equal(server.connections[0].cut, true);
  });
  it("waits longer after each failure, at most 30 s, and begins anew after a good connection", async () => {
    const server = new Server();
    server.plan = Array(9).fill("down");
    await start(server);
    await pass(80_000, 50);
    const waits = server.connections.slice(1, 9).map((c, i) => Math.round((c.at - server.connections[i].at) / 50) * 50);
    assert.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    assert.equal(server.connections.length, 10);
    await pass(6_000);
    await server.last.write(": ping\n\n");
    await server.last.end();
    await pass(400);
    assert.equal(server.connections.length, 11);
  });
  it("does not spin when the server accepts and hangs up", async () => {
    const server = new Server();
    await start(server);
    for (let i = 0; i < 100; i++) { await server.last.write("retry: 1000\n\n").catch(() => {}); await server.last.end().catch(() => {}); await pass(100); }
    assert.ok(server.connections.length < 8, `${server.connections.length} connections in 10 s`);
  });
  it("honours retry", async () => {
    const server = new Server();
    await start(server);
    await server.last.write("retry: 8000\n\n");
    await server.last.end();
    await pass(3_900);
    assert.equal(server.connections.length, 1);
    await pass(200);
    assert.equal(server.connections.length, 2);
  });
  it("never comes before Retry-After, not even when woken", async () => {
    const server = new Server();
    server.plan = [{ status: 503, headers: { "Retry-After": "5" } }];
    const { stream } = await start(server);
    await pass(1_000);
    stream.wake(true);
    await pass(3_900);
    assert.equal(server.connections.length, 1);
    await pass(300);
    assert.equal(server.connections.length, 2);
  });
  it("comes at once when woken from its own wait", async () => {
    const server = new Server();
    server.plan = Array(8).fill("down");
    const { stream } = await start(server);
    await pass(16_000);
    const before = server.connections.length;
    stream.wake();
    await settle();
    assert.equal(server.connections.length, before + 1);
  });
  it("drops a silent connection when woken, and leaves a lively one", async () => {
    const server = new Server();
    const { stream } = await start(server);
    await pass(20_000, 1_000);
    stream.wake();
    await pass(1_000);
    assert.equal(server.connections.length, 1);
    await pass(5_000, 1_000);
    stream.wake();
    await pass(1_000);
    assert.equal(server.connections.length, 2);
  });
  it("drops any connection when the page was frozen", async () => {
    const server = new Server();
    const { stream } = await start(server);
    stream.wake(true);
    await pass(1_000);
    assert.equal(server.connections.length, 2);
  });
  it("gets a new session at 401", async () => {
    const server = new Server();
    server.plan = [{ status: 401 }];
    const { renewals } = await start(server);
    await pass(1_000);
    assert.equal(renewals(), 1);
    assert.equal(server.connections.length, 2);
  });
  for (const status of [403, 404]) {
    it(`stops at ${status}`, async () => {
      const server = new Server();
      server.plan = [{ status }];
      const { gone } = await start(server);
      await pass(60_000, 5_000);
      assert.deepEqual(gone, [status]);
      assert.equal(server.connections.length, 1);
    });
  }
  it("reads on after goodbye until its own moment, then comes back", async () => {
    const server = new Server();
    const { heard } = await start(server);
    await server.last.write('event: goodbye\ndata: {"after_ms":20000}\n\n');
    await pass(9_000, 1_000);
    await server.last.write('id: e.4\ndata: {}\n\n');
    assert.equal(heard.at(-1)[2], "e.4");
    assert.equal(server.connections.length, 1);
    await pass(2_000);
    assert.equal(server.connections.length, 2);
    assert.equal(server.last.headers["Last-Event-ID"], "e.4");
  });
  it("waits for its moment when the server hangs up after goodbye", async () => {
    const server = new Server();
    const { stream } = await start(server);
    await server.last.write('event: goodbye\ndata: {"after_ms":20000}\n\n');
    await server.last.end();
    stream.wake();
    await pass(9_500, 500);
    assert.equal(server.connections.length, 1);
    await pass(1_500);
    assert.equal(server.connections.length, 2);
  });
  it("hears nothing after disconnect", async () => {
    const server = new Server();
    const { stream, heard } = await start(server);
    stream.disconnect();
    await server.last.write("data: {}\n\n").catch(() => {});
    await pass(60_000, 5_000);
    assert.deepEqual(heard, []);
    assert.equal(server.connections.length, 1);
  });
});
