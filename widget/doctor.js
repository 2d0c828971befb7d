// The page that tries, on the device at hand, what a chat needs. Each check passes, fails, or has nothing to check here.
import { IndexedStore } from "./store.js";
import { Parser } from "./parser.js";
import { findWay, listen } from "./ways.js";

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const words = (key) => document.querySelector(`[data-word="${key}"]`)?.textContent ?? key;

/** @param {string} name @param {"pass" | "fail" | "none"} state @param {string} [detail] */
function show(name, state, detail = "") {
  const row = document.querySelector(`[data-check="${name}"]`);
  row.dataset.state = state;
  row.querySelector('[data-slot="state"]').textContent = words(state);
  row.querySelector('[data-slot="detail"]').textContent = detail;
}

/** @param {string} name @param {() => Promise<[boolean | null, string?]>} check true, false, or null where there is nothing to check */
async function run(name, check) {
  try {
    const [passed, detail] = await check();
    show(name, passed === null ? "none" : passed ? "pass" : "fail", detail);
  } catch (error) {
    show(name, "fail", String(error?.message ?? error));
  }
}

/** One stream tells three things: whether the cookie came along, whether events come at all, and whether they come one by one. */
async function stream() {
  const heard = [];
  let cookie = null;
  try {
    const answer = await fetch(`${location.pathname}/events`, { cache: "no-store", headers: { Accept: "text/event-stream" } });
    const text = new TextDecoder();
    const parser = new Parser(({ kind, data }) => {
      if (kind === "cookie") cookie = JSON.parse(data).came;
      else if (kind === "tick") heard.push(Date.now());
    }, { id: "", onRetry() {} });
    const reader = answer.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(text.decode(part.value, { stream: true }));
  } catch (error) {
    show("stream", "fail", String(error?.message ?? error));
  }
  await run("cookies", async () => [cookie === true]);
  await run("stream", async () => [heard.length === 5, `${heard.length} / 5`]);
  const spread = heard.length > 1 ? heard[heard.length - 1] - heard[0] : 0;
  await run("buffering", async () => [heard.length > 1 && spread >= 300, `${spread} ms`]);
}

async function storage() {
  localStorage.setItem("support-doctor", "1");
  const kept = localStorage.getItem("support-doctor") === "1";
  localStorage.removeItem("support-doctor");
  await new IndexedStore().all("doctor");
  return [kept];
}

async function bridge() {
  const way = findWay();
  if (!way) return [null];
  let can = way.can ?? null;
  listen(way, (message) => { if (message.op === "hello") can = message.can ?? []; });
  way.send({ support: 1, op: "hello", can: [] });
  for (let i = 0; i < 20 && !can; i++) await wait(50);
  return [can !== null, `${way.name}: ${can ? can.join(", ") : words("silent")}`];
}

function keyboard() {
  const field = document.querySelector("[data-keyboard]");
  const seen = window.visualViewport;
  if (!seen) return show("keyboard", "fail", "visualViewport");
  const tall = seen.height;
  show("keyboard", "none", words("touch"));
  seen.addEventListener("resize", () => {
    if (document.activeElement !== field || tall - seen.height < 60) return;
    field.scrollIntoView({ block: "nearest" });
    const { bottom } = field.getBoundingClientRect();
    show("keyboard", bottom <= seen.offsetTop + seen.height + 1 ? "pass" : "fail", `${Math.round(tall - seen.height)} px`);
  });
}

async function insets() {
  const probe = document.querySelector("[data-insets]");
  const { paddingTop, paddingRight, paddingBottom, paddingLeft } = getComputedStyle(probe);
  const room = [paddingTop, paddingRight, paddingBottom, paddingLeft].map(parseFloat);
  const wide = document.documentElement.scrollWidth <= innerWidth + 1;
  return [wide && room.every((x) => x >= 0 && x < 120), `${room.join(" ")} px, ${innerWidth} × ${innerHeight}`];
}

stream();
run("storage", storage);
run("bridge", bridge);
run("insets", insets);
keyboard();
