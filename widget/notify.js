// The agent's own page: whether her browser shows notifications, and how it can be made to.
const place = document.querySelector("[data-permission]");

/** Shows the sentence for what the browser allows now. */
function show() {
  const state = !globalThis.Notification || !isSecureContext ? "none" : Notification.permission;
  for (const part of place.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== state;
}

if (place instanceof HTMLElement) {
  place.hidden = false;
  show();
  place.querySelector("[data-ask]")?.addEventListener("click", async () => {
    await Notification.requestPermission();
    show();
  });
  place.querySelector("[data-try]")?.addEventListener("click", ({ currentTarget }) => {
    const { title, body } = /** @type {HTMLElement} */ (currentTarget).dataset;
    try {
      new Notification(title ?? "", { body, tag: "try" });
    } catch { // a phone's browser shows none from a page
    }
  });
  // It is changed beside the address, while the page is open.
  navigator.permissions?.query({ name: "notifications" }).then((status) => { status.onchange = show; }, () => {});
}
