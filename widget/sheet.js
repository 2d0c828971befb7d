/**
 * Asks for a stylesheet that lies beside the page's own, for what is drawn only when it is needed, unless the page came with it.
 * @param {string} name @returns {Promise<any>} resolves when it is there, or will not be
 */
export function sheet(name) {
  if (document.querySelector(`link[href$="/${name}"]`)) return Promise.resolve();
  const own = /** @type {HTMLLinkElement} */ (document.querySelector("link[rel=stylesheet]"));
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(name, own.href).href });
  return new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}
