const asked = {}, there = {};

// What Trusted Types let become a script: a word, and it is the file of that name beside the page's own script.
const rule = {
  createScriptURL(name) {
    if (!/^[a-z]+$/.test(name)) throw new TypeError(name);
    return new URL(`${name}.js`, document.querySelector("script[type=module]").src).href;
  },
};
const own = globalThis.trustedTypes ? trustedTypes.createPolicy("support", rule) : rule;

/**
 * Asks for a script of ours that most pages can do without. It is a classic one, for a browser never asks a second time for a module that did not
 * come, and import() is younger than ES2018; what it exports it leaves in a variable, taken here before another script can run.
 * @param {string} name @returns {Promise<any>} what it exports; rejects when it did not come, and may then be asked for again
 */
export function later(name) {
  asked[name] = asked[name] || new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = () => {
      there[name] = window.supportLater;
      window.supportLater = null;
      if (there[name]) resolve(there[name]);
      else script.onerror(); // it came, and broke
    };
    script.onerror = () => {
      script.remove();
      asked[name] = null;
      reject(new Error(name));
    };
    script.src = own.createScriptURL(name);
    document.head.append(script);
  });
  return asked[name];
}

/** What a script exports, where it has come. @param {string} name */
export function here(name) { return there[name]; }

/** Asks for a script until it comes: what happens without anybody's doing cannot be asked for again by a press. @param {string} name @returns {Promise<any>} */
export async function insist(name) {
  for (;;) {
    const exports = await later(name).catch(() => null);
    if (exports) return exports;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
