import assert from "node:assert/strict";
import test from "node:test";
import { asked } from "../mates.js";

const names = ["周航", "林晓", "Max Frei", "Maria"];

test("asked", async (t) => {
  await t.test("a name that has begun", () => assert.deepEqual(asked("请 @周", names), { from: 2, names: ["周航"] }));
  await t.test("all of them after the @ alone", () => assert.deepEqual(asked("@", names), { from: 0, names }));
  await t.test("case does not matter, nor which part of the name", () => {
    assert.deepEqual(asked("@MA", names)?.names, ["Max Frei", "Maria"]);
    assert.deepEqual(asked("@fr", names)?.names, ["Max Frei"]);
    assert.deepEqual(asked("@max f", names)?.names, ["Max Frei"]);
  });
  await t.test("nothing without an @, after a line's end, or for nobody", () => {
    for (const text of ["周", "@周\n航", "@李", "@周航 帮忙看下"]) assert.equal(asked(text, names), null, text);
  });
});
