
/** Writes a size for people; views/ui writes the same. @param {number} n bytes */
export function bytes(n) {
  if (n < 1024) return `${n} B`;
  return n < 1 << 20 ? `${Math.floor((n + 512) / 1024)} KB` : `${(n / (1 << 20)).toFixed(1)} MB`;
}

/** A piece of markup the page keeps for script. @param {string} name @returns {HTMLElement} */
export function part(name) { return document.importNode(document.querySelector(`template[data-part="${name}"]`).content.firstElementChild, true); }

/**
 * Puts a picture or a file where a row has its words. Its box is there before the picture is.
 * @param {HTMLElement} li @param {{kind: string, data: any}} message @param {{words: import("./words.js").Words, as: string}} options as: what says who asks, at the end of an address
 */
export function writeFile(li, { kind, data }, { words, as }) {
  const { name, size, url = "", thumbnail_url: small = "", width, height } = data;
  const place = part(kind);
  const own = (address) => (address.startsWith("/") ? address + as : address);
  if (url) place.href = own(url);
  if (kind === "image") {
    const img = place.querySelector("img");
    Object.assign(img, { alt: words.say("file.photo", { name }), src: own(small) });
    if (width) Object.assign(img, { width, height });
  } else {
    place.download = name;
    place.querySelector('[data-slot="file_name"]').textContent = name;
    place.querySelector('[data-slot="file_size"]').textContent = bytes(size);
  }
  li.querySelector(".bubble").replaceWith(place);
}
