import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { send } from "../transfer.js";
import { bytes } from "../media.js";
import { body } from "../outgoing.js";
import { freeTime, holdTime, pass } from "./helpers.js";

/** The browser's older call, as far as it is used: what becomes of each is said by the test. */
class Call extends EventTarget {
  static made = [];
  upload = new EventTarget(); headers = {}; aborted = false; status = 0; responseText = "";
  constructor() { super(); Call.made.push(this); }
  open(method, path) { Object.assign(this, { method, path }); }
  setRequestHeader(name, value) { this.headers[name] = value; }
  getResponseHeader(name) { return this.answered?.[name] ?? null; }
  send(form) { this.form = form; }
  abort() {
    this.aborted = true;
    this.dispatchEvent(new Event("abort"));
    this.dispatchEvent(new Event("loadend"));
  }
  says(status, said, headers = {}) {
    Object.assign(this, { status, responseText: said, answered: headers });
    this.dispatchEvent(new Event("load"));
    this.dispatchEvent(new Event("loadend"));
  }
  moves(loaded, total) { this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded, total })); }
}
globalThis.XMLHttpRequest = Call;

function begin(headers = {}) {
  const abort = new AbortController(), shares = [];
  const done = send("/up", new File(["words"], "a.txt", { type: "text/plain" }), { headers, signal: abort.signal, progress: (share) => shares.push(share) });
  return { done: done.then((got) => ({ got }), (problem) => ({ problem })), abort, shares, call: Call.made.at(-1) };
}

describe("TestTransfer_send", () => {
  afterEach(freeTime);

  it("OK", async () => {
    const { done, shares, call } = begin({ Authorization: "Bearer t" });
    assert.equal(call.form.get("file").name, "a.txt");
    assert.equal(call.headers.Authorization, "Bearer t");
    call.moves(1, 4);
    call.moves(4, 4);
    call.says(201, '{"id":"x","kind":"file"}');
    assert.deepEqual(await done, { got: { id: "x", kind: "file" } });
    assert.deepEqual(shares, [0.25, 1]);
  });
  it("says what the server said, and when to come again", async () => {
    const { done, call } = begin();
    call.says(503, '{"detail":"no room"}', { "Retry-After": "3" });
    assert.deepEqual(await done, { problem: { status: 503, message: "no room", after: 3000 } });
  });
  it("an answer of somebody else's is none of ours", async () => {
    const { done, call } = begin();
    call.says(201, "<html>sign in to the hotel's network");
    const { problem } = await done;
    assert.equal(problem.status, 201);
  });
  it("gives up when nothing moves, not before", async () => {
    holdTime();
    const { done, call } = begin();
    await pass(29_000, 1_000);
    call.moves(1, 4);
    await pass(29_000, 1_000);
    assert.equal(call.aborted, false);
    await pass(2_000, 1_000);
    assert.deepEqual(await done, { problem: { status: 0, message: "", after: 0 } });
  });
  it("is taken back", async () => {
    const { done, abort, call } = begin();
    abort.abort();
    assert.equal(call.aborted, true);
    assert.equal((await done).problem.status, 0);
  });
});

describe("TestMedia_bytes", () => {
  it("is written as the server writes it", () => {
    assert.deepEqual([0, 812, 1024, 46_080, 1 << 20, 1_258_291, 20 << 20].map(bytes), ["0 B", "812 B", "1 KB", "45 KB", "1.0 MB", "1.2 MB", "20.0 MB"]);
  });
});

describe("TestOutgoing_body", () => {
  it("of a file only its id is sent", () => {
    assert.deepEqual(body({ id: "c", kind: "image", text: "", data: { attachment_id: "a", url: "/x", name: "n" } }), { client_id: "c", kind: "image", data: { attachment_id: "a" } });
    assert.deepEqual(body({ id: "c", kind: "text", text: "words" }), { client_id: "c", kind: "text", text: "words" });
  });
});
