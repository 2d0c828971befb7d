import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Alert } from "../alert.js";

let shown, focused, asked, held;

class Notification {
  static permission = "granted";
  constructor(title, options) { shown.push({ title, ...options }); }
}

beforeEach(() => {
  shown = [];
  asked = [];
  held = new Set();
  focused = false;
  globalThis.Notification = Notification;
  globalThis.addEventListener = () => {};
  globalThis.window = {};
  globalThis.document = { hasFocus: () => focused, body: { dataset: { me: "lin", notify: "desktop queue" } }, documentElement: { lang: "en" } };
  Object.defineProperty(globalThis, "navigator", {
    configurable: true,
    value: { locks: { request: (name, _, f) => (held.has(name) ? f(null) : (held.add(name), void f({}))) } },
  });
});

const words = { say: (key) => key };
const message = (id, seq, kind = "text") => ({ conversation_id: id, seq, kind, text: "在吗", author: { kind: "visitor" } });

function alert(conversations, open = () => undefined) {
  return new Alert({ words, open, api: { get: async (path) => { asked.push(path); return conversations[path.split("/").pop()]; } } });
}

test("who looks elsewhere is told of what is hers, and of what waits for anybody", async () => {
  const a = alert({ mine: { status: "open", agent: { id: "lin" }, visitor_name: "周" }, other: { status: "open", agent: { id: "mo" } }, queue: { status: "waiting" } });
  await a.hear("message", message("mine", 1), "mine");
  await a.hear("message", message("other", 1), "other");
  await a.hear("message", message("queue", 1, "image"), "queue");
  assert.deepEqual(shown.map(({ title, body, tag }) => [title, body, tag]), [["周", "在吗", "mine"], ["alert_visitor", "alert_other", "queue"]]);
});

test("what a colleague or she herself writes is no news", async () => {
  const a = alert({ mine: { status: "open", agent: { id: "lin" } } });
  await a.hear("message", { ...message("mine", 1), author: { kind: "agent" } }, "mine");
  assert.equal(shown.length, 0);
});

test("where she looks nothing is told, in no other tab either", async () => {
  const mine = { mine: { status: "open", agent: { id: "lin" } } };
  const here = alert(mine, () => "mine");
  focused = true;
  const looks = here.hear("message", message("mine", 1), "mine");
  focused = false;
  await Promise.all([looks, alert(mine).hear("message", message("mine", 1), "mine")]);
  assert.equal(shown.length, 0);
});

test("of several tabs one tells", async () => {
  const mine = { mine: { status: "open", agent: { id: "lin" } } };
  await Promise.all([1, 2, 3].map(() => alert(mine).hear("message", message("mine", 7), "mine")));
  assert.equal(shown.length, 1);
});

test("who has it is heard of, and asked once", async () => {
  const a = alert({ x: { status: "open", agent: { id: "lin" } } });
  await a.hear("message", message("x", 1), "x");
  await a.hear("message", message("x", 2), "x");
  assert.equal(asked.length, 1);
  await a.hear("conversation", { id: "x", status: "open", agent: { id: "mo" } }, "x");
  await a.hear("message", message("x", 3), "x");
  assert.equal(shown.length, 2);
  assert.equal(asked.length, 1);
});

test("nothing is shown that is not allowed, or not wanted", async () => {
  const mine = { mine: { status: "open", agent: { id: "lin" } } };
  Notification.permission = "denied";
  await alert(mine).hear("message", message("mine", 1), "mine");
  Notification.permission = "granted";
  document.body.dataset.notify = "";
  await alert(mine).hear("message", message("mine", 2), "mine");
  assert.equal(shown.length, 0);
});
