/**
 * Saves what a link leads to where only a header proves who we are: in a frame whose cookies are blocked. Loaded when it is asked for.
 * @param {HTMLAnchorElement} link @param {Record<string, string>} headers @param {import("./words.js").Words} words
 */
export async function save(link, headers, words) {
  const from = new URL(link.href);
  from.searchParams.set("zone", new Intl.DateTimeFormat().resolvedOptions().timeZone);
  const answer = await fetch(from, { headers, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return void (link.textContent = words.say("error.line_unavailable"));
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  const href = URL.createObjectURL(await answer.blob());
  Object.assign(document.createElement("a"), { href, download: named?.[1] ?? "conversation.txt" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
