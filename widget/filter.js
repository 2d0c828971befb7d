import { fetchPage, put } from "./swap.js";

const TYPING = 300;

/** The list of conversations as searched and filtered, and its next page, without a new page. Where that fails the browser goes there itself. */
export class Filter {
  _shown; _timer; _abort = new AbortController();

  /** @param {() => void} shown called after the list was replaced */
  constructor(shown) {
    this._shown = shown;
    for (const kind of ["submit", "change", "input"]) document.addEventListener(kind, (event) => this._hear(event));
    document.addEventListener("click", (event) => {
      const link = event.target.closest("li[data-more] a, a[data-chip]");
      if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      if ("chip" in link.dataset) this._off(link.dataset.chip);
      else this._more(link);
    });
  }

  _hear(event) {
    const form = event.target.closest(".inbox__ask");
    if (!form) return;
    if (event.type === "submit") event.preventDefault();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._ask(form), event.type === "input" ? TYPING : 0);
  }

  async _ask(form) {
    this._abort.abort();
    const { signal } = (this._abort = new AbortController());
    try {
      const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
      const open = document.querySelector("main[data-chat]")?.dataset.conversation;
      const page = await fetchPage(`/console/list?${chosen}${open ? `&c=${open}` : ""}`, { partial: true, signal });
      for (const part of ["#list", "#inbox-title", "[data-chips]"]) put(document.querySelector(part), page.querySelector(part));
      this._tell(form);
      history.replaceState(history.state, "", `${location.pathname}?${chosen}`);
      this._shown();
    } catch {
      if (!signal.aborted) form.submit();
    }
  }

  /** How many filters are on behind the button, and which fields are. */
  _tell(form) {
    for (const pick of form.querySelectorAll(".pick")) pick.classList.toggle("pick--on", Boolean(pick.querySelector("select").value));
    const n = ["label", "agent", "wait", "unread"].filter((name) => form.elements[name].type === "checkbox" ? form.elements[name].checked : form.elements[name].value).length;
    form.querySelector("[data-filters]").textContent = n || "";
    form.querySelector(".filters__open").classList.toggle("filters__open--on", n > 0);
  }

  /** Takes a filter off. @param {string} name of its field */
  _off(name) {
    const form = document.querySelector(".inbox__ask");
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = false;
    else field.value = "";
    this._ask(form).then(() => (document.querySelector("[data-chip]") ?? form.elements.q).focus());
  }

  async _more(link) {
    try {
      const page = await fetchPage(`/console/list${link.search}`, { partial: true });
      const there = (row) => row.dataset.row && document.querySelector(`[data-row="${CSS.escape(row.dataset.row)}"]`); // found once more, further back
      link.closest("li").replaceWith(...[...page.body.children].filter((row) => !there(row)));
      this._shown();
    } catch {
      location.assign(link.href);
    }
  }
}
