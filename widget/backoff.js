/**
 * How long to wait before try n (0, 1, 2 …): a random part of 0.5 s · 2ⁿ, at most of 30 s, so that a crowd spreads out.
 * @param {number} n
 * @param {() => number} [random] 0 ≤ x < 1
 * @param {number} [base] milliseconds
 * @returns {number} milliseconds
 */
export function backoff(n, random = Math.random, base = 500) {
  return Math.floor(random() * Math.min(30_000, base * 2 ** Math.min(n, 16)));
}

/**
 * Reads Retry-After: seconds or an HTTP date.
 * @param {Headers} headers
 * @returns {number} milliseconds from now, 0 when there is none
 */
export function retryAfter(headers) {
  const value = headers.get("Retry-After");
  if (!value) return 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return ms > 0 ? Math.min(ms, 300_000) : 0;
}
