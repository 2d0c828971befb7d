/**
 * Fetches a page of the console and puts parts of it in place of this page's. The answer is parsed, not run.
 * @param {string} url @param {string[]} selectors what to replace @param {{partial?: boolean, signal?: AbortSignal}} [options] partial: ask for what changes only
 * @returns {Promise<Document>} the page that was fetched
 */
export async function swap(url, selectors, { partial = false, signal } = {}) {
  const page = await fetchPage(url, { partial, signal });
  for (const selector of selectors) put(document.querySelector(selector), page.querySelector(selector));
  return page;
}

/** Fetches and parses a page or a part of one; null when there is nothing. @param {string} url @param {{partial?: boolean, signal?: AbortSignal}} [options] @returns {Promise<Document | null>} */
export async function fetchPage(url, { partial = false, signal } = {}) {
  const answer = await fetch(url, { headers: partial ? { "HX-Request": "true" } : {}, credentials: "same-origin", cache: "no-store", signal });
  if (answer.redirected && new URL(answer.url).pathname === "/console/login") location.reload();
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.status === 204 ? null : new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Puts a part of another page in place of one of this page's. @param {Element | null} old @param {Element | null} part */
export function put(old, part) {
  if (!old || !part) return;
  part = document.importNode(part, true);
  part.removeAttribute("hx-swap-oob");
  old.replaceWith(part);
  globalThis.htmx?.process?.(part);
}
