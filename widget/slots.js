/** Fills every place of that name. @param {Element} root @param {string} name @param {string} [text] */
export function slot(root, name, text = "") {
  for (const place of slots(root, name)) place.textContent = text;
}

/** Shows or hides every place of that name. @param {Element} root @param {string} name @param {boolean} shown */
export function show(root, name, shown) {
  for (const place of slots(root, name)) place.hidden = !shown;
}

/** The places of a name; a row may be one itself. @param {Element} root @param {string} name */
export function slots(root, name) {
  const find = `[data-slot="${name}"]`;
  return root.matches(find) ? [root] : root.querySelectorAll(find);
}
