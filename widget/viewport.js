/**
 * Keeps the composer above a keyboard that lies over the page instead of making it smaller, as it does on iOS. Where the
 * window itself has shrunk nothing is left to do: the keyboard's room is never left twice.
 */
export function keepAboveKeyboard() {
  const seen = window.visualViewport;
  if (!seen) return;
  const { style } = document.body;
  const fit = () => {
    if (seen.scale > 1.01) return; // zoomed in by hand: what is hidden is not the keyboard's
    const hidden = Math.round(innerHeight - seen.height);
    const up = hidden > 60; // less is a browser's own bar
    style.setProperty("--keyboard", `${up ? hidden : 0}px`);
    document.body.classList.toggle("chat--typing", up);
    if (up && seen.offsetTop > 0) scrollTo(0, 0); // iOS pushes the page up to show the field; it is in view already
  };
  seen.addEventListener("resize", fit);
  seen.addEventListener("scroll", fit);
}
