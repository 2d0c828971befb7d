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

/**
 * Fetches and parses a page or a part of one; null when there is nothing. It is the older call, which gives a document by itself: no text of ours
 * is ever made markup, so Trusted Types need no rule for it.
 * @param {string} url @param {{partial?: boolean, signal?: AbortSignal}} [options] @returns {Promise<Document | null>}
 */
export function fetchPage(url, { partial = false, signal } = {}) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open("GET", url);
    call.responseType = "document";
    if (partial) call.setRequestHeader("X-Partial", "true");
    call.onload = () => {
      if (new URL(call.responseURL).pathname === "/console/login") location.reload();
      if (call.status === 204) resolve(null);
      else if (call.status === 200 && call.response) resolve(call.response);
      else call.onerror();
    };
    call.onerror = call.onabort = () => reject(new Error(`${url}: ${call.status}`));
    signal?.addEventListener("abort", () => call.abort());
    call.send();
  });
}

/** Puts a part of another page in place of one of this page's. @param {Element | null} old @param {Element | null} part */
export function put(old, part) {
  if (!old || !part) return;
  old.replaceWith(document.importNode(part, true));
}
