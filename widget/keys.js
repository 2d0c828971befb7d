import { recall, remember } from "./memory.js";

const KEYS = { j: "next", ArrowDown: "next", k: "previous", ArrowUp: "previous", r: "reply", n: "note", t: "transfer", l: "labels", e: "close", i: "side", "/": "search", "?": "help", Escape: "back" };

/**
 * What a key means in the console. Single keys mean nothing in a text field, with a modifier, or while an input method composes.
 * @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, isComposing?: boolean}} event
 * @param {boolean} typing whether the cursor is in a text field @returns {string} "" for nothing
 */
export function meaning({ key, ctrlKey, metaKey, altKey, isComposing }, typing) {
  if (ctrlKey || metaKey || altKey || isComposing) return "";
  if (key === "Escape") return "back";
  return typing ? "" : KEYS[key.length === 1 ? key.toLowerCase() : key] ?? "";
}

const OFF = "support-keys-off";

/** The console's keyboard. Single keys can be switched off, in this browser, where the keys are listed. */
export class Keys {
  _composer; _actions;

  /** @param {{composer: () => import("./composer.js").Composer | undefined, actions: import("./actions.js").Actions}} options */
  constructor({ composer, actions }) {
    this._composer = composer;
    this._actions = actions;
    const single = document.querySelector("[data-single]");
    if (single) {
      single.hidden = false;
      const box = single.querySelector("input");
      box.checked = !recall(OFF);
      box.addEventListener("change", () => remember(OFF, box.checked ? "" : "1"));
    }
    document.addEventListener("keydown", (event) => {
      if (event.defaultPrevented || (event.key !== "Escape" && recall(OFF)) || document.querySelector("dialog[open]")) return;
      const act = meaning(event, event.target.matches?.("input, textarea, select, [contenteditable]"));
      if (act && this._do(act, event)) event.preventDefault();
    });
  }

  /** Does what a key does. @param {string} act @returns {boolean} whether that could be done */
  run(act) { return this._do(act, { key: "" }); }

  _do(act, event) {
    const composer = this._composer();
    switch (act) {
      case "next": return this._move(1, event);
      case "previous": return this._move(-1, event);
      case "reply":
      case "note":
        if (!composer) return false;
        composer.kind = act === "note" ? "note" : "text";
        composer.focus(true);
        return true;
      case "transfer": return this._actions.transfer();
      case "labels": return this._actions.labels();
      case "close": return this._actions.askClose();
      case "side": return this._actions.side();
      case "help": return this._actions.help();
      case "search": {
        const field = document.querySelector("[data-search]");
        field?.focus();
        field?.select();
        return Boolean(field);
      }
      default: return this._back();
    }
  }

  /** Arrows scroll a thread that has the focus; elsewhere they go through the list. */
  _move(step, event) {
    if (event.key.startsWith("Arrow") && event.target.closest?.(".thread, .side, select, [role=listbox]")) return false;
    const links = [...document.querySelectorAll("[data-row] a.item")];
    const now = links.findIndex((a) => a === document.activeElement);
    const from = now >= 0 ? now : links.findIndex((a) => a.hasAttribute("aria-current"));
    const next = links[from < 0 ? (step > 0 ? 0 : links.length - 1) : from + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }

  /** One level out: an open menu, the drawer, the field, the conversation on a phone. */
  _back() {
    const menu = document.querySelector("details.ask[open], details.me[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (document.body.classList.contains("console--side")) this._actions.side();
    else if (document.activeElement?.matches("input, textarea, select")) document.activeElement.blur();
    else if (matchMedia("(max-width: 640px)").matches && document.body.dataset.view === "thread") document.querySelector("[data-back]")?.click();
    else document.querySelector('[data-row] a.item[aria-current]')?.focus();
    return true;
  }
}
