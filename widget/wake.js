const LOOK = 5_000;
const JUMP = 30_000;

/**
 * Calls back when the page may have come back to life: shown again, restored from the back/forward cache, unfrozen, or online;
 * and where the clock has jumped, for then the machine slept, or somebody froze the page and told nobody.
 * @param {(thawed: boolean) => void} back thawed: the page was frozen, so that open connections are dead
 * @returns {() => void} stops listening
 */
export function onWake(back) {
  if (typeof document === "undefined") return () => {};
  const visible = () => { if (document.visibilityState === "visible") back(false); };
  const shown = (event) => back(event.persisted);
  const online = () => back(false);
  const resumed = () => back(true);
  let last = Date.now();
  const watch = setInterval(() => {
    const slept = Date.now() - last > JUMP && document.visibilityState === "visible"; // a hidden page's timers are late anyway
    last = Date.now();
    if (slept) back(true);
  }, LOOK);
  document.addEventListener("visibilitychange", visible);
  document.addEventListener("resume", resumed);
  addEventListener("pageshow", shown);
  addEventListener("online", online);
  return () => {
    clearInterval(watch);
    document.removeEventListener("visibilitychange", visible);
    document.removeEventListener("resume", resumed);
    removeEventListener("pageshow", shown);
    removeEventListener("online", online);
  };
}
