/** Bytes in hexadecimal, out of base64url. @param {string} short */
const hex = (short) => [...atob(short.replaceAll("-", "+").replaceAll("_", "/"))].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");

/** A UUID out of its 22 characters. @param {string} short */
const uuid = (short) => hex(short).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

/**
 * A message of a stream in the short form (?wire=compact) as the API gives it; what is in the long form stays as it is. On a
 * conversation's own stream the number stands in the id line, who neither has a name nor an id of her own for it is the desk, and
 * of that id only the ending is told (client_end): enough for whoever waits for the message.
 * @param {any} short @param {string} id the event's
 */
export function expand(short, id) {
  const { n, s, i, c, a, b, v, u, k = "text", t, d, x } = short;
  if (t === undefined) return short;
  const [kind, name] = a !== undefined ? ["agent", a] : b !== undefined ? ["bot", b] : v !== undefined || c ? ["visitor", v] : ["system"];
  return {
    id: i && uuid(i), conversation_id: n && uuid(n), seq: s ?? Number(id.slice(id.lastIndexOf(".") + 1)),
    client_id: c && n && uuid(c), client_end: c && !n ? hex(c) : undefined,
    author: { kind, id: u && uuid(u), name }, kind: k, text: x, data: d, created_at: new Date(parseInt(t, 36)).toISOString(),
  };
}
