import { show, slot } from "./slots.js";

/** Shows how a message went, hop by hop, in the console's drawer. */
export class Trace {
  _api; _words; _dialog; _row = null; _asked = 0;

  /** @param {{api: import("./api.js").API, words: import("./words.js").Words, dialog?: HTMLDialogElement | null}} options */
  constructor({ api, words, dialog = document.querySelector("dialog[data-trace]") }) {
    this._api = api;
    this._words = words;
    this._dialog = dialog;
    document.addEventListener("click", ({ target }) => {
      const action = target.closest("[data-action]")?.dataset.action;
      if (action === "trace") this.open(target.closest("li[data-id]"));
      else if (action === "trace-again") this._load();
      else if (action === "trace-copy") this._copy();
      else if (target === dialog) dialog.close(); // beside it: the drawer itself is covered by what is in it
    });
  }

  /** @param {HTMLElement | null} row of a message that has an id */
  open(row) {
    if (!this._dialog || !row) return;
    this._row = row;
    this._fill(null);
    slot(this._dialog, "text", row.querySelector('[data-slot="text"]')?.textContent ?? "");
    slot(this._dialog, "name", row.querySelector('[data-slot="name"]')?.textContent ?? "");
    slot(this._dialog, "time", stamp(new Date(row.dataset.at)));
    for (const old of document.querySelectorAll(".message--on")) old.classList.remove("message--on");
    row.classList.add("message--on");
    this._dialog.addEventListener("close", () => row.classList.remove("message--on"), { once: true });
    if (!this._dialog.open) this._dialog.showModal(); // focus goes back to the button when it closes
    this._load();
  }

  async _load() {
    const asked = ++this._asked;
    this._dialog.setAttribute("aria-busy", "true");
    try {
      const trace = await this._api.get(`/api/v1/messages/${this._row.dataset.id}/trace`);
      if (asked === this._asked) this._fill(trace);
    } catch (problem) {
      if (problem.status === 401) return location.reload();
      if (asked === this._asked) this._fail(problem);
    } finally {
      if (asked === this._asked) this._dialog.removeAttribute("aria-busy");
    }
  }

  _fill(trace) {
    slot(this._dialog, "error");
    show(this._dialog, "error", false);
    slot(this._dialog, "copied");
    slot(this._dialog, "trace", trace?.trace_id ?? "");
    let before = null;
    for (const row of this._dialog.querySelectorAll("[data-hop]")) {
      const hop = trace?.hops.find((h) => h.hop === row.dataset.hop);
      const figure = this._dialog.querySelector(`[data-figure="${row.dataset.hop}"]`);
      row.classList.toggle("hop--none", !hop);
      slot(row, "after", hop ? took(hop.after_ms) : "–");
      slot(row, "step", hop && before ? `+${took(Math.max(0, hop.after_ms - before.after_ms))}` : "");
      slot(row, "node", hop && row.dataset.hop === "received" && trace.node ? `· ${trace.node}` : "");
      if (figure) figure.textContent = hop ? took(hop.after_ms) : "–";
      bar(row, hop, before);
      before = hop ?? before;
    }
  }

  /** Says what went wrong, and the trace of the call that did. */
  _fail({ status, code, trace }) {
    const key = status === 0 ? "trace_offline" : `error.${code}`;
    const said = this._words.say(this._words.has(key) ? key : "error.internal", { trace });
    slot(this._dialog, "error", !trace || said.includes(trace) ? said : `${said} (${trace})`);
    show(this._dialog, "error", true);
  }

  async _copy() {
    const said = this._dialog.querySelector('[data-slot="copied"]');
    const id = this._dialog.querySelector('[data-slot="trace"]');
    try {
      await navigator.clipboard.writeText(id.textContent);
      said.textContent = said.dataset.said;
    } catch { // not allowed, or no secure page: it is marked, to be copied by hand
      getSelection()?.selectAllChildren(id);
    }
  }
}

/** Where a time stands on the scale, in percent: 0.1 ms at 0, 10 s at 100, ten times as much every 20. @param {number} ms */
export function place(ms) { return Math.min(100, Math.max(0, 20 * (Math.log10(Math.max(ms, 0.1)) + 1))); }

/** A duration for reading: "0.42 ms", "94 ms", "8.21 s", "12 min", "3.5 h". @param {number} ms */
export function took(ms) {
  const [n, unit] = ms < 1_000 ? [ms, "ms"] : ms < 60_000 ? [ms / 1_000, "s"] : ms < 3_600_000 ? [ms / 60_000, "min"] : [ms / 3_600_000, "h"];
  return `${Number(n.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 })} ${unit}`;
}

/** A bar from the hop before to this one; a ring for the first. */
function bar(row, hop, before) {
  const rect = row.querySelector("rect"), from = before ? place(before.after_ms) : 0, to = hop && before ? place(hop.after_ms) : 0;
  rect.setAttribute("x", `${Math.min(from, 98.8)}%`);
  rect.setAttribute("width", hop && before ? `${Math.max(1.2, to - from)}%` : "0%");
  row.querySelector("circle").setAttribute("visibility", hop && !before ? "visible" : "hidden");
}

/** A time to the millisecond where the reader is. */
function stamp(at) {
  const two = (n, width = 2) => String(n).padStart(width, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${two(at.getMilliseconds(), 3)}`;
}
