// ASCII only, as URLs travel: an address ends where Chinese words or punctuation begin, and no host can look like another.
const ADDRESS = /https?:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:[/?#][!#-;=?-[\]_a-z~]*)?/gi;
const LONGEST = 2_048;

/**
 * Finds the web addresses in a text: only http and https, without the punctuation after them.
 * @param {string} text
 * @returns {{text: string, href?: string}[]} the whole text in pieces
 */
export function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const start = match.index;
    const shown = trim(match[0]);
    const end = start + shown.length;
    if (/[a-z0-9]/i.test(text[start - 1] ?? "") || shown.length > LONGEST || !valid(shown) || bait(text, start, end)) continue;
    if (start > from) found.push({ text: text.slice(from, start) });
    found.push({ text: shown, href: shown });
    from = end;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** Puts a text into an element, its addresses as links. @param {Element} element @param {string} text */
export function writeText(element, text) {
  element.replaceChildren(...pieces(text).map((piece) => {
    if (!piece.href) return document.createTextNode(piece.text);
    const link = document.createElement("a");
    link.href = piece.href;
    link.rel = "noopener noreferrer";
    link.target = "_blank";
    link.textContent = piece.text;
    return link;
  }));
}

/** Cuts off what belongs to the sentence: full stops and the like, and a bracket that was opened before the address. */
function trim(address) {
  let end = address.length;
  const open = { ")": 0, "]": 0 };
  for (const c of address) {
    if (c === "(") open[")"]--;
    else if (c === "[") open["]"]--;
    else if (c in open) open[c]++;
  }
  for (;;) {
    const c = address[end - 1];
    if (".,;:!?'*_~".includes(c)) end--;
    else if (open[c] > 0) { open[c]--; end--; }
    else return address.slice(0, end);
  }
}

/** Whether what looks like the host is only the name before an "@": https://bank.example@evil.example. */
function bait(text, start, end) {
  return !/[/?#]/.test(text.slice(start + 8, end)) && /^[^\s/?#\u0080-\uffff]*@/.test(text.slice(end, end + 256));
}

/** Whether the host has a dot and no empty label, or is this machine, and the port is one. No URL is made: there may be thousands. */
function valid(address) {
  const [, host, port] = /^https?:\/\/([^/:?#]+)(?::(\d+))?/i.exec(address) ?? [];
  return host !== undefined && (/[^.]\.[^.]/.test(host) || host.toLowerCase() === "localhost") && !host.includes("..") && Number(port ?? 0) < 65_536;
}
