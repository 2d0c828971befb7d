import assert from "node:assert/strict";
import { test } from "node:test";
import { place, took } from "../trace.js";

test("a duration is said with three digits, in the unit it is large in", () => {
  const said = { 0: "0 ms", 0.009: "0.009 ms", 0.18: "0.18 ms", 6.84: "6.84 ms", 15.55: "15.6 ms", 294.4: "294 ms", 999: "999 ms", 1060: "1.06 s", 59_000: "59 s", 90_000: "1.5 min", 12_600_000: "3.5 h", "-1.5": "-1.5 ms" };
  for (const [ms, words] of Object.entries(said)) assert.equal(took(Number(ms)), words);
});

test("a place on the scale: ten times as long is a fifth further on, and nothing leaves it", () => {
  const at = { "-5": 0, 0: 0, 0.1: 0, 1: 20, 10: 40, 100: 60, 1000: 80, 10_000: 100, 86_400_000: 100 };
  for (const [ms, percent] of Object.entries(at)) assert.ok(Math.abs(place(Number(ms)) - percent) < 1e-9, `${ms}: ${place(Number(ms))}`);
});
