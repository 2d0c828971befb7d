import assert from "node:assert/strict";
import test from "node:test";
import { fits } from "../bar.js";

test("fits", async (t) => {
  await t.test("what begins so comes before what has the words", () => {
    assert.equal(fits("Transfer", "tr"), 0);
    assert.equal(fits("End the conversation", "conv end"), 1);
  });
  await t.test("everything fits nothing", () => assert.equal(fits("回复", " "), 0));
  await t.test("what lacks a word does not", () => assert.equal(fits("回复", "回 备注"), -1));
});
