import { recall, remember } from "./memory.js";

const FRESH = 3_600_000;

/** Keeps where the reader is, so that a page whose process was killed opens there again. @param {string} line @param {import("./scroll.js").Scroll} scroll */
export function keepPlace(line, scroll) {
  const key = `support-place:${line}`;
  try {
    const { at, ...place } = JSON.parse(recall(key) || "{}");
    if (at > Date.now() - FRESH) scroll.place = place;
  } catch {
    // written by another version
  }
  const keep = () => remember(key, scroll.place ? JSON.stringify({ ...scroll.place, at: Date.now() }) : "");
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });
  addEventListener("pagehide", keep);
  return () => {
    removeEventListener("pagehide", keep);
    remember(key, "");
  };
}
