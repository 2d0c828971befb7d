import { slot } from "./slots.js";
import { fetchPage, put, swap } from "./swap.js";

/** What an agent does with a conversation besides writing, and with herself. The buttons post by themselves without script. */
export class Actions {
  _api; _words; _done;

  /** @param {{api: import("./api.js").API, words: import("./words.js").Words, done: () => void}} options done: called when a conversation was moved */
  constructor({ api, words, done }) {
    this._api = api;
    this._words = words;
    this._done = done;
    document.addEventListener("submit", (event) => {
      const act = this._submitted(event);
      if (!act) return;
      event.preventDefault();
      this._run(event.target, event.submitter, act);
    });
    document.addEventListener("click", (event) => {
      const action = event.target.closest("[data-action]")?.dataset.action;
      if (action === "side") this.side();
      const opens = "command" in HTMLButtonElement.prototype && event.target.closest("[command]"); // the browser shows the dialog by itself
      if (action === "labels" && !opens) this.labels();
      if (action === "transfer") opens ? this.colleagues() : this.transfer();
      if (action === "keys" && !opens) this.help();
      for (const open of document.querySelectorAll("details.ask[open], details.me[open]")) if (!open.contains(event.target)) open.open = false;
    });
  }

  /** Asks whom to hand over to. */
  transfer() {
    const open = this._dialog("dialog[data-transfer]");
    if (open) this.colleagues();
    return open;
  }

  /** Asks which labels the conversation has. */
  labels() { return this._dialog("dialog[data-labels]"); }

  /** Who is there changes while a conversation is open: asked anew, unless somebody has been chosen meanwhile. */
  async colleagues() {
    const dialog = document.querySelector("dialog[data-transfer]");
    if (!dialog) return;
    const part = dialog.querySelector(".choose") ? ".choose" : "form";
    const page = await fetchPage(location.href, { partial: true }).catch(() => null);
    if (!dialog.querySelector(":checked")) put(dialog.querySelector(part), page?.querySelector(`dialog[data-transfer] ${part}`));
  }

  /** Shows the keys. */
  help() { return this._dialog("dialog#keys"); }

  /** Whether something can be done now. @param {string} act */
  can(act) {
    const needs = { reply: "form[data-composer]:not([hidden])", transfer: "dialog[data-transfer]", labels: "dialog[data-labels]", side: "main[data-chat]", help: "dialog#keys" };
    needs.note = needs.reply;
    return [...document.querySelectorAll(needs[act] ?? `main [data-action="${act}"]`)].some((e) => !e.closest("[hidden]"));
  }

  /** Presses the button of what no key does. @param {string} act */
  press(act) {
    if (act !== "take" && act !== "reopen") return false;
    document.querySelector(`main button[data-action="${act}"]`).click();
    return true;
  }

  /** Asks whether to end the conversation. */
  askClose() {
    const ask = [...document.querySelectorAll('details.ask:has([data-action="close"])')].find((d) => d.checkVisibility?.() ?? d.offsetParent);
    if (!ask) return false;
    ask.open = true;
    ask.querySelector('[data-action="close"]').focus();
    return true;
  }

  /** Shows or hides the visitor's panel, where it is a drawer. */
  side() {
    const open = document.body.classList.toggle("console--side");
    const opener = document.querySelector('.pane [data-action="side"]');
    opener?.setAttribute("aria-expanded", String(open));
    (open ? document.querySelector('.side [data-action="side"]') : opener)?.focus();
    return true;
  }

  _submitted({ target, submitter }) {
    const pane = document.querySelector("main[data-chat]");
    const path = `/api/v1/conversations/${pane?.dataset.conversation}`;
    if (target.matches("[data-presence]")) return () => this._present(submitter.value);
    if (!pane || target.matches("[data-composer]")) return null;
    const action = submitter?.dataset.action;
    if (action === "take") return () => this._api.post(`${path}/assign`, { agent_id: pane.dataset.agent });
    if (action === "close" || action === "reopen") return () => this._api.post(`${path}/${action}`);
    if (target.closest("[data-labels]") && !("cancel" in submitter.dataset)) return () => this._label(path, new FormData(target), target.closest("dialog"));
    if (!target.closest("[data-transfer]") || "cancel" in submitter.dataset) return null;
    const said = new FormData(target);
    return async () => {
      const [id, team] = said.get("to").split(":").reverse();
      await this._api.post(`${path}/assign`, { [team ? "team_id" : "agent_id"]: id, note: said.get("note") ?? "" });
      target.closest("dialog").close();
    };
  }

  async _label(path, said, dialog) {
    const labels = [...new Set([...said.getAll("label"), ...said.get("more").split(/[,，、]/).map((l) => l.trim()).filter(Boolean)])];
    await this._api.post(`${path}/labels`, { labels });
    dialog.close();
  }

  async _run(form, button, act) {
    if (button) button.disabled = true;
    try {
      await act();
      for (const open of document.querySelectorAll("details.ask[open]")) open.open = false;
      if (!form.matches("[data-presence]")) this._done();
    } catch (problem) {
      if (problem.status === 401) return location.reload();
      this._tell(form, this._words.say(`error.${problem.code}`, { trace: problem.trace ?? "" }));
    } finally {
      if (button) button.disabled = false;
    }
  }

  async _present(chosen) {
    const [presence, ...why] = chosen.split(" ");
    await this._api.post("/api/v1/presence", { presence, reason: why.join(" ") });
    await swap(location.href, ["details.me:not(.me--tab)", "details.me--tab"]);
  }

  /** Says what went wrong where it was asked for, else in the pane's bar. */
  _tell(form, words) {
    const place = form.querySelector('[data-slot="error"]');
    if (place) {
      place.textContent = words;
      place.hidden = false;
      return;
    }
    const bar = document.querySelector("main[data-chat] [data-notice]");
    if (!bar) return;
    slot(bar, "text", words);
    bar.hidden = false;
    setTimeout(() => { bar.hidden = true; }, 6_000);
  }

  _dialog(selector) {
    const dialog = document.querySelector(selector);
    if (!dialog) return false;
    if (!dialog.open) dialog.showModal();
    return true;
  }
}
