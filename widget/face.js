/** What an avatar shows of a name: its first letter, number or sign, upper case; "?" for nobody. @param {string} name */
export function initial(name) { return (/[\p{L}\p{N}\p{S}]/u.exec(name)?.[0] ?? "?").toUpperCase(); }

/** The class that colours somebody's avatar: the FNV-1a hash of the id, as the server has it. @param {string} id */
export function hue(id) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(id)) h = Math.imul(h ^ byte, 0x01000193) >>> 0;
  return `hue-${h % 12}`;
}
