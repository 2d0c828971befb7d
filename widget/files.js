/**
 * Notices that files come, or wait, by other ways than a press, and fetches attach.js for them: most conversations do without.
 * @param {import("./needs.js").Needs} needs @param {{store: any, scope: () => string}} options @returns {() => Promise<void>} asks again for what an earlier page did not finish
 */
export function noticeFiles(needs, { store, scope }) {
  const hand = (event, { files }) => {
    const chosen = [...files];
    event.preventDefault();
    needs.ask("attach").then((attach) => attach && attach.add(chosen));
  };
  document.addEventListener("paste", (event) => {
    const had = event.clipboardData;
    if (had && had.files.length > 0 && !had.types.includes("text/plain")) hand(event, had); // a table is copied as words and as a picture of them
  });
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault(); // what is dropped must not be opened in the page's place
    needs.need("attach").catch(() => {});
  });
  document.addEventListener("drop", (event) => { if (event.dataTransfer.files.length > 0) hand(event, event.dataTransfer); });
  document.addEventListener("error", ({ target }) => { // where cookies are blocked, what the token opens has to be fetched with it
    if (target.matches && target.matches(".photo img")) needs.need("attach").then((attach) => attach.carry(target)).catch(() => {});
  }, true);
  const resume = async () => {
    const left = await store.all(`${scope()}:files`);
    if (left.length > 0) needs.need("attach").then((attach) => attach.resume(left)).catch(() => {});
  };
  addEventListener("online", resume);
  return resume;
}
