import { retryAfter } from "./backoff.js";

const STALLED = 30_000;

/**
 * Sends a file as a form does. Nothing tells how far a fetch has come, so it is the older call. Throws {status, message, after}; status 0 when no
 * answer came, also when nothing has moved for half a minute.
 * @param {string} path @param {File} file @param {{headers: Record<string, string>, signal: AbortSignal, progress: (share: number) => void}} options
 * @returns {Promise<any>} the attachment
 */
export function send(path, file, { headers, signal, progress }) {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    let timer = 0;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => call.abort(), STALLED);
    };
    const fail = (status, message = "", after = 0) => reject({ status, message, after });
    call.open("POST", path);
    for (const [name, value] of Object.entries({ Accept: "application/json", ...headers })) call.setRequestHeader(name, value);
    call.upload.addEventListener("progress", ({ loaded, total }) => {
      watch();
      progress(total > 0 ? loaded / total : 0);
    });
    call.addEventListener("loadend", () => clearTimeout(timer));
    call.addEventListener("error", () => fail(0));
    call.addEventListener("abort", () => fail(0));
    call.addEventListener("load", () => {
      let said = {};
      try {
        said = JSON.parse(call.responseText) ?? {};
      } catch {
        // a proxy's own page: the status has to do
      }
      if (call.status === 201 && said.id) resolve(said);
      else fail(call.status, said.detail, retryAfter({ get: (name) => call.getResponseHeader(name) }));
    });
    signal.addEventListener("abort", () => call.abort());
    const form = new FormData();
    form.append("file", file, file.name);
    watch();
    call.send(form);
  });
}
