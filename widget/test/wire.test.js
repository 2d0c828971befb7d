import assert from "node:assert/strict";
import { test } from "node:test";
import { expand } from "../wire.js";

const bare = (value) => JSON.parse(JSON.stringify(value));

test("a message of a conversation's own stream has its number in the id line", () => {
  assert.deepEqual(bare(expand({ a: "林晓", t: "mid0q2z3", x: "好的" }, "12")), {
    seq: 12, author: { kind: "agent", name: "林晓" }, kind: "text", text: "好的", created_at: new Date(parseInt("mid0q2z3", 36)).toISOString(),
  });
  assert.deepEqual(bare(expand({ c: "WPmDphDo", t: "mid0q2z3", x: "hi" }, "e.3")), {
    seq: 3, client_end: "58f983a610e8", author: { kind: "visitor" }, kind: "text", text: "hi", created_at: new Date(parseInt("mid0q2z3", 36)).toISOString(),
  });
});

test("a notice is the desk's", () => {
  const { author, kind, data, seq } = expand({ k: "notice", d: { notice: "queued" }, t: "mid0q2z3" }, "1");
  assert.deepEqual([author.kind, kind, data.notice, seq], ["system", "notice", "queued", 1]);
});

test("an agent's stream says which conversation, which number and who", () => {
  const one = "AZLwwQAAcACAAAAAAAAAAQ", id = "0192f0c1-0000-7000-8000-000000000001";
  assert.deepEqual(bare(expand({ n: one, s: 7, i: one, c: one, v: "", u: one, t: "mid0q2z3", x: "x" }, "")), {
    id, conversation_id: id, seq: 7, client_id: id, author: { kind: "visitor", id, name: "" }, kind: "text", text: "x", created_at: new Date(parseInt("mid0q2z3", 36)).toISOString(),
  });
});

test("what is long stays as it is", () => {
  const long = { seq: 1, text: "x" };
  assert.equal(expand(long, "1"), long);
});
