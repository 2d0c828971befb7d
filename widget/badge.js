/** The page's icon, with a dot while something is unread. @param {boolean} on */
export function badge(on) {
  const icon = document.querySelector('link[rel="icon"]');
  const href = icon?.getAttribute("href")?.replace(/mark(-new)?\.svg$/, on ? "mark-new.svg" : "mark.svg");
  if (href && href !== icon.getAttribute("href")) icon.setAttribute("href", href);
}
