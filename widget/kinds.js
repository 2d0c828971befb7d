// What a message has besides plain words: a script of its own, which draw.js fetches for the first that has.
import { newID } from "./id.js";
import { writeFile } from "./media.js";
import { sheet } from "./sheet.js";
import { writeText } from "./text.js";

let styled; // the console has the looks of it all

/**
 * Adds to a drawn row what its message has besides plain words: links, a picture or a file.
 * @param {HTMLElement} li @param {any} message @param {HTMLElement} root the [data-chat] element @param {import("./words.js").Words} words
 */
export function dress(li, message, root, words) {
  for (const place of li.querySelectorAll('[data-slot="text"]')) writeText(place, message.text ?? "");
  if (message.data && /^(image|file)$/.test(message.kind)) writeFile(li, message, { words, as: root.dataset.side === "agent" ? "?as=agent" : "" });
  else if (message.data) return extras(li, message, root, words);
}

/**
 * What else there may be: a quote above the text, a card, choices, a form or what was filled in below it.
 * @param {HTMLElement} li @param {any} message @param {HTMLElement} root @param {import("./words.js").Words} words
 */
async function extras(li, { kind, data, seq }, root, words) {
  if (root.dataset.side === "visitor") await (styled ??= sheet("kinds.css"));
  const parts = document.querySelector("template[data-extras]")?.content;
  const text = li.querySelector('.bubble[data-slot="text"]');
  if (!parts || !text || li.querySelector("[data-extra]")) return;
  const part = (find) => {
    const made = document.importNode(parts.querySelector(find), true);
    made.dataset.extra = "";
    return made;
  };
  const { quote, answer_to, form, options, fields } = data;
  if (quote && kind === "text") {
    const made = part(".quote");
    made.href = `#m${(made.dataset.quote = quote.seq)}`;
    fill(made, { by: quote.by === "visitor" && words.has("you") ? words.say("you") : quote.author, excerpt: quote.excerpt });
    text.before(made);
  }
  if (answer_to) for (const asked of root.querySelectorAll(`[data-log] [data-seq="${answer_to}"] form.ask`)) asked.hidden = true;
  if (form && kind === "text") text.after(list(part(".filled"), form.map((a) => ({ label: a.label ?? a.name, value: a.value }))));
  else if (kind === "card") text.after(card(part(".card:not(.form)"), data));
  else if (kind === "choices") text.after(list(part(".choices, .offers"), options.map((o) => ({ "": o }))));
  else if (kind === "form") text.after(asking(part(parts.querySelector("form.form") ? "form.form" : ".offers"), fields));
  text.hidden = kind === "card" || Boolean(form);
  for (const place of li.querySelectorAll('[name="answer_to"]')) place.value = seq;
}

/**
 * Shows what she came from above the field, unless she has sent it. @param {HTMLElement} root the [data-chat] element @param {any} data the card her host signed
 */
export async function offer(root, data) {
  const form = root.querySelector("form[data-offer]");
  if (!data?.title) return;
  await (styled ??= sheet("kinds.css"));
  const said = (made, name) => [...made.querySelectorAll(`[data-slot="${name}"]`)].map((e) => e.textContent).join();
  fill(form, data);
  form.dataset.offer = JSON.stringify(data);
  form.hidden = [...root.querySelectorAll("[data-log] .message--own .card")].some((sent) => ["title", "price", "number"].every((name) => said(sent, name) === said(form, name)));
}

/** Sends the answer to a question, or what is offered. @param {HTMLFormElement} form @param {HTMLElement} by the button @param {(draft: any) => Promise<void>} send */
export function answer(form, by, send) {
  if (form.dataset.offer) {
    const data = JSON.parse(form.dataset.offer);
    form.hidden = true;
    return send({ id: newID(), kind: "card", text: `${data.title}`, data });
  }
  const answer_to = Number(form.elements.answer_to.value);
  const filled = [...form.querySelectorAll("input.input")].filter((i) => i.value.trim())
    .map((i) => ({ name: i.name.slice(2), label: i.closest("label").querySelector('[data-slot="label"]').textContent, value: i.value.trim() }));
  const data = by.name === "text" ? { answer_to } : { answer_to, form: filled };
  return send({ id: newID(), kind: "text", text: by.name === "text" ? by.value : filled.map((a) => `${a.label}: ${a.value}`).join("\n"), data });
}

/** Repeats the first child that shows something, once for each set of values. */
function list(made, all) {
  const one = [...made.children].find((e) => e.matches(".choice, .offers__one, div"));
  one.replaceWith(...all.map((values) => fill(one.cloneNode(true), values)));
  return made;
}

function card(made, data) {
  fill(made, data);
  for (const place of made.querySelectorAll('[data-slot="spec"]')) place.hidden = !data.spec;
  if (data.picture) made.querySelector(".card__pic").replaceWith(Object.assign(new Image(72, 72), { className: "card__pic", alt: "", src: data.picture }));
  const link = made.querySelector(".card__action");
  if (/^https:/.test(data.url ?? "")) link.href = data.url;
  link.hidden = !data.url && !data.number;
  return made;
}

function asking(made, fields) {
  const one = made.querySelector(".field");
  if (!one) return list(made, fields.map((f) => ({ "": f.label })));
  one.replaceWith(...fields.map((f) => {
    const field = fill(one.cloneNode(true), { label: f.label });
    const input = field.querySelector("input");
    input.name = `f_${f.name}`;
    input.required = !f.optional;
    field.querySelector("[data-may]").hidden = !f.optional;
    input.inputMode = { phone: "tel", number: "numeric" }[f.type] ?? "text";
    if (f.type === "phone") input.autocomplete = "tel";
    return field;
  }));
  return made;
}

/** Fills the places of the names; the name "" is the element itself. */
function fill(made, values) {
  if ("" in values) made.textContent = made.value = values[""];
  for (const place of made.querySelectorAll("[data-slot]")) if (place.dataset.slot !== "link") place.textContent = values[place.dataset.slot] ?? "";
  return made;
}
