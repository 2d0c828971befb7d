import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fill } from "../replies.js";

describe("TestReply_fill", () => {
  const values = { "visitor.name": "周明玥", "agent.name": "林晓", "order.number": "A-1" };
  for (const [body, want] of [
    ["{{visitor.name}}，您好", "周明玥，您好"],
    ["{{visitor.email}}，您好", "您好"],
    ["a\n{{visitor.phone}}, b", "a\nb"],
    ["订单 {{ order.number }}{{order}} 已发", "订单 A-1 已发"],
    ["我是{agent}", "我是林晓"],
    ["{{constructor}}x", "x"],
  ]) it(`as the server fills ${JSON.stringify(body)}`, () => assert.equal(fill(body, values), want));
});
