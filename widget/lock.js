/**
 * Runs work while no other tab runs work of the same name. Where there are no Web Locks every tab is alone: the client id
 * makes a second sending harmless.
 * @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const locks = globalThis.navigator?.locks;
  if (!locks) return work();
  let begun = false;
  try {
    return await locks.request(name, () => { begun = true; return work(); });
  } catch (error) {
    if (begun) throw error;
    return work(); // an opaque origin has the object and may not use it
  }
}
