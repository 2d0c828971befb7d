/**
 * Calls back when the page may have come back to life: shown again, restored from the back/forward cache, unfrozen, or online.
 * @param {(thawed: boolean) => void} back thawed: the page was frozen, so that open connections are dead
 * @returns {() => void} stops listening
 */
export function onWake(back) {
  if (typeof document === "undefined") return () => {};
  const visible = () => { if (document.visibilityState === "visible") back(false); };
  const shown = (event) => back(event.persisted);
  const online = () => back(false);
  const resumed = () => back(true);
  document.addEventListener("visibilitychange", visible);
  document.addEventListener("resume", resumed);
  addEventListener("pageshow", shown);
  addEventListener("online", online);
  return () => {
    document.removeEventListener("visibilitychange", visible);
    document.removeEventListener("resume", resumed);
    removeEventListener("pageshow", shown);
    removeEventListener("online", online);
  };
}
