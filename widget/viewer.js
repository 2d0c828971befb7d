import { part } from "./media.js";

/** Shows a picture over the page. Esc, the back button, a press beside the picture and the cross all close it. */
export class Viewer {
  _carrier; _box = null;

  /** @param {import("./carry.js").Carrier} carrier */
  constructor(carrier) {
    this._carrier = carrier;
    addEventListener("popstate", (event) => {
      if (!this._box?.open) return;
      event.stopImmediatePropagation(); // it only closed the picture: whoever listens for pages hears nothing
      this._box.close();
    }, true);
  }

  /** @param {HTMLAnchorElement} link around the small picture */
  async open(link) {
    const box = (this._box ??= this._make());
    const small = link.querySelector("img");
    const picture = box.querySelector("img");
    Object.assign(picture, { src: small.currentSrc || small.src, alt: small.alt });
    const save = box.querySelector('[data-slot="save"]');
    save.hidden = !link.href;
    box.showModal();
    history.pushState({ picture: true }, "");
    box.querySelector('[data-slot="shut"]').focus();
    if (!link.href) return;
    const url = await this._carrier.fetch(link.href).catch(() => "");
    save.href = url.startsWith("blob:") ? url : `${url}${url.includes("?") ? "&" : "?"}download=1`;
    if (url && box.open) picture.src = url;
  }

  _make() {
    const box = part("viewer");
    const back = () => history.back();
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      back();
    });
    box.addEventListener("click", ({ target }) => { if (!target.closest("a, img")) back(); });
    document.body.append(box);
    return box;
  }
}
