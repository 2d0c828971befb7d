import { mock } from "node:test";

/** A generator of numbers 0 ≤ x < 1 that gives the same ones for the same seed (mulberry32). */
export function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Lets everything that waits for a promise go on. */
export async function settle() { for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve)); }

/** Takes the clock in hand. */
export function holdTime() { mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 }); }

/** Moves the clock on in steps, letting promises go on in between. */
export async function pass(ms, step = 100) {
  for (let left = ms; left > 0; left -= step) {
    mock.timers.tick(Math.min(step, left));
    await settle();
  }
}

/** Gives the clock back. */
export function freeTime() { mock.timers.reset(); }

/** An answer as fetch gives it. */
export function answer(status, body = null, headers = {}) {
  return new Response(body === null || status === 204 ? null : JSON.stringify(body), { status, headers });
}
