import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Parser } from "../parser.js";
import { seeded } from "./helpers.js";

function read(...chunks) {
  const events = [];
  const parser = new Parser((e) => events.push(e));
  chunks.forEach((c) => parser.feed(c));
  return events;
}

describe("TestParser_feed", () => {
  it("OK", () => {
    assert.deepEqual(read('event: message\nid: e.1\ndata: {"seq":1}\n\n'), [{ kind: "message", data: '{"seq":1}', id: "e.1" }]);
  });
  it("ends lines with LF, CR and CRLF, however they are cut", () => {
    const want = [{ kind: "a", data: "1\n2", id: "" }, { kind: "message", data: "3", id: "" }];
    for (const end of ["\n", "\r", "\r\n"]) {
      const text = ["event: a", "data: 1", "data: 2", "", "data:3", "", ""].join(end);
      for (let cut = 0; cut <= text.length; cut++) assert.deepEqual(read(text.slice(0, cut), text.slice(cut)), want, JSON.stringify([end, cut]));
      assert.deepEqual(read(...text), want);
    }
  });
  it("cares nothing for how random text is cut", () => {
    const random = seeded(7);
    const words = ["data: 你好", "data", "id: 5", "id", ": heart", "event: x", "", "", "retry: 9", "junk", "data:a:b", "id: a\0b"];
    for (let round = 0; round < 300; round++) {
      let text = "";
      for (let i = 0; i < 40; i++) text += words[Math.floor(random() * words.length)] + ["\n", "\r", "\r\n"][Math.floor(random() * 3)];
      const chunks = [];
      for (let i = 0; i < text.length; ) { const n = 1 + Math.floor(random() * 9); chunks.push(text.slice(i, i + n)); i += n; }
      assert.deepEqual(read(...chunks), read(text));
    }
  });
  it("keeps the last id over events without one", () => {
    assert.deepEqual(read("id: 1\ndata: a\n\ndata: b\n\n").map((e) => e.id), ["1", "1"]);
  });
  it("empties the id by an empty one and ignores one with NUL", () => {
    assert.deepEqual(read("id: 1\ndata: a\n\nid: x\0y\ndata: b\n\nid\ndata: c\n\n").map((e) => e.id), ["1", "1", ""]);
  });
  it("drops comments, events without data and an unfinished end", () => {
    assert.deepEqual(read(": ping\n\nevent: x\n\nid: 4\n\ndata: half"), []);
  });
  it("forgets the name of an event without data", () => {
    assert.equal(read("event: x\n\ndata: 1\n\n")[0].kind, "message");
  });
  it("strips one space only, and one byte order mark only", () => {
    assert.deepEqual(read("\ufeffdata:  a\n\n").map((e) => e.data), [" a"]);
    assert.deepEqual(read("data: b\n\n", "\ufeffdata: c\n\n").map((e) => e.data), ["b"]);
  });
  it("reports retry when it is a number", () => {
    const heard = [];
    new Parser(() => {}, { onRetry: (ms) => heard.push(ms) }).feed("retry: 1500\nretry: x\nretry: -1\n\n");
    assert.deepEqual(heard, [1500]);
  });
  it("refuses a line without end", () => {
    const parser = new Parser(() => {});
    assert.throws(() => { for (let i = 0; i < 20; i++) parser.feed("x".repeat(1 << 17)); }, RangeError);
  });
});
