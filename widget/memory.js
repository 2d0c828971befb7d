const held = new Map();

/** Reads a word this browser keeps, or this page where storage is blocked. @param {string} key @returns {string} "" for none */
export function recall(key) {
  try {
    return localStorage.getItem(key) ?? held.get(key) ?? "";
  } catch {
    return held.get(key) ?? "";
  }
}

/** Keeps a word; "" forgets it. @param {string} key @param {string} value */
export function remember(key, value) {
  if (value) held.set(key, value);
  else held.delete(key);
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // blocked or full: the page's own memory has to do
  }
}
