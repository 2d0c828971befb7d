import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { remember } from "../memory.js";

globalThis.addEventListener ??= () => {};
globalThis.location ??= { reload() { globalThis.reloads = (globalThis.reloads ?? 0) + 1; } };
globalThis.document ??= { body: { replaceChildren() {} } };
const { Owner } = await import("../owner.js");
const { Person } = await import("../person.js");

describe("TestOwner_claim", () => {
  it("OK: what is written before she signs in goes with her", () => {
    const owner = new Owner("one");
    assert.equal(owner.claim("x", false), false);
    assert.equal(owner.claim("v", true), false);
    assert.equal(owner.claim("v", true), false);
    assert.equal(owner.signed, true);
  });
  it("nobody else gets what somebody left who had signed in", () => {
    for (const [id, signed] of [["w", true], ["y", false], ["", false]]) {
      const owner = new Owner("two");
      owner.claim("v", true);
      assert.equal(owner.claim(id, signed), true);
      assert.equal(owner.claim(id, signed), false, "once");
      remember("support-owner:two", "");
    }
  });
});

describe("TestPerson", () => {
  const open = (line, answers, { stored = false } = {}) => {
    const did = [];
    const session = {
      stored,
      identify: async (identity) => { did.push(`identify ${identity}`); const a = answers.shift(); if (a.status) throw a; return a; },
      end: async () => { did.push("end"); },
    };
    const outbox = { clear: async () => { did.push("wipe"); } };
    const person = new Person(line, { session, outbox, enter: async (a) => { did.push(`enter ${a.visitor.id}`); }, leave: () => { did.push("leave"); } });
    return { person, did };
  };
  const as = (id) => ({ visitor: { id, verified: true } });

  it("OK: a page drawn for nobody waits for its host to say who is here", async () => {
    const { person, did } = open("p1", [as("v")]);
    const arrived = person.arrive({ visitor: "", signed: "false", awaits: "true" });
    person.identify("jwt");
    assert.equal((await arrived).visitor.id, "v");
    assert.deepEqual(did, ["identify jwt"]);
  });
  it("when the host says nothing, whoever had signed in before is let go", async () => {
    new Owner("p2").claim("a", true);
    const { person, did } = open("p2", []);
    assert.equal(await person.arrive({ visitor: "", signed: "false", awaits: "true" }), null);
    assert.deepEqual(did, ["end", "wipe"]);
  });
  it("an identity that cannot be believed was meant for somebody: who was here goes", async () => {
    const { person, did } = open("p3", [{ status: 401 }]);
    await person.arrive({ visitor: "a", signed: "true", awaits: "false" });
    person.identify("jwt");
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(did, ["identify jwt", "end", "leave", "wipe"]);
  });
  it("no way to the server is tried again", async () => {
    const { person, did } = open("p4", [{ status: 0 }, as("v")]);
    await person.arrive({ visitor: "v", signed: "true", awaits: "false" });
    await person.identify("jwt");
    assert.deepEqual(did, ["identify jwt", "identify jwt", "enter v"]);
  });
});
