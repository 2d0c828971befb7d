/** Whether a line of the log is somebody's words, or a notice: not a day, not the line above what is new. @param {HTMLElement} li */
export function isRow(li) { return "seq" in li.dataset || "note" in li.dataset || "client" in li.dataset; }

/** Whether a row has its place in the log. @param {HTMLElement} li */
export function settled(li) { return Boolean(li.dataset.seq || li.dataset.note); }

/** The row before. @param {HTMLElement} li @returns {HTMLElement | null} */
export function previous(li) {
  do li = li.previousElementSibling; while (li && !isRow(li));
  return li;
}

/** The row after. @param {HTMLElement} li @returns {HTMLElement | null} */
export function next(li) {
  do li = li.nextElementSibling; while (li && !isRow(li));
  return li;
}

/** The first of the lines that stand above a row and belong to it, or the row itself. @param {HTMLElement} li @returns {HTMLElement} */
export function heading(li) {
  for (;;) {
    const above = li.previousElementSibling;
    if (!above || !("day" in above.dataset || "unread" in above.dataset)) return li;
    li = above;
  }
}
