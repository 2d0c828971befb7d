import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pieces } from "../text.js";

const links = (text) => pieces(text).filter((p) => p.href).map((p) => p.href);

describe("TestText_pieces", () => {
  const corpus = [
    ["看 https://a.example/x 谢谢", "https://a.example/x"],
    ["https://a.example。谢谢", "https://a.example"],
    ["规则在这里：https://hemu.example/help/replace，请看", "https://hemu.example/help/replace"],
    ["https://a.example/x谢谢", "https://a.example/x"],
    ["（https://a.example/x）", "https://a.example/x"],
    ["「https://a.example/x」", "https://a.example/x"],
    ["https://a.example/x！", "https://a.example/x"],
    ["see https://a.example/x.", "https://a.example/x"],
    ["really https://a.example/x?!", "https://a.example/x"],
    ["(https://a.example/x)", "https://a.example/x"],
    ["https://en.wikipedia.org/wiki/Cup_(vessel)", "https://en.wikipedia.org/wiki/Cup_(vessel)"],
    ["(see https://en.wikipedia.org/wiki/Cup_(vessel))", "https://en.wikipedia.org/wiki/Cup_(vessel)"],
    ["[https://a.example/x]", "https://a.example/x"],
    ["<https://a.example/x>", "https://a.example/x"],
    ['"https://a.example/x"', "https://a.example/x"],
    ["HTTPS://A.example/Q?a=1&b=2#c", "HTTPS://A.example/Q?a=1&b=2#c"],
    ["http://localhost:8080/c/shop", "http://localhost:8080/c/shop"],
    ["https://a.example:443", "https://a.example:443"],
    ["https://a.example/%E8%AF%B7", "https://a.example/%E8%AF%B7"],
    ["一https://a.example二", "https://a.example"],
    ["https://a.example...", "https://a.example"],
  ];
  for (const [text, href] of corpus) it(`links in ${text}`, () => assert.deepEqual(links(text), [href]));

  const refused = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x",
    "file:///etc/passwd", "ftp://a.example/x", "//a.example/x", "www.a.example", "mailto:a@a.example", "https://", "http:///x", "https:a.example",
    "xhttps://a.example", "https://good.example@evil.example/", "https://user:pw@evil.example/", "https://аррӏе.com/", "https://。/", "https://a.example:99999/",
    `https://a.example/${"x".repeat(3_000)}`,
  ];
  for (const text of refused) it(`does not link ${text.slice(0, 50)}`, () => assert.deepEqual(links(text), []));

  it("gives back every character", () => {
    for (const [text] of corpus) assert.equal(pieces(text).map((p) => p.text).join(""), text);
    for (const text of refused) assert.equal(pieces(text).map((p) => p.text).join(""), text);
  });
  it("finds several", () => assert.deepEqual(links("https://a.example, https://b.example/c; http://d.example"), ["https://a.example", "https://b.example/c", "http://d.example"]));
  it("takes as much longer as the text is, whatever is in it", () => {
    // Sixteen times the text in sixteen times the time; a bad pattern takes 256 times. The best of five, in one run: the machine may be busy.
    const quickest = (text) => Math.min(...Array.from({ length: 5 }, () => { const began = performance.now(); pieces(text); return performance.now() - began; }));
    const parts = ["http://", "https://a", "((((", "https://a.example/(", "a.", "https://a.b/" + ")".repeat(40), "-.", "https://-", "https://a.b@"];
    const texts = [...parts.map((part) => (n) => part.repeat(Math.ceil(n / part.length))), (n) => "https://a.example/" + ")".repeat(n), (n) => "https://" + "a.".repeat(n / 2), (n) => "https://" + "a-".repeat(n / 2)];
    for (const text of texts) {
      const short = quickest(text(8_192)), long = quickest(text(131_072));
      assert.ok(long < 100 * Math.max(short, 0.05), `${text(20)} took ${short} and ${long} ms`);
    }
  });
});
