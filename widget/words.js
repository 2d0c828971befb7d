/** The page's words for script, from `<template data-words>`: `<span data-word="sent">已发送</span>`. */
export class Words {
  _words = new Map();

  /** @param {Document | Element} root */
  constructor(root) {
    for (const template of root.querySelectorAll("template[data-words]")) {
      for (const word of template.content.querySelectorAll("[data-word]")) this._words.set(word.dataset.word, word.textContent.trim());
    }
  }

  /** Whether the page has the word. @param {string} key */
  has(key) { return this._words.has(key); }

  /** Says a word with its {places} filled; the key itself when the page has none. @param {string} key @param {Record<string, any>} [values] */
  say(key, values = {}) { return fill(this._words.get(key) ?? key, values); }
}

/** Fills {places} of a sentence; unknown ones become nothing. @param {string} sentence @param {Record<string, any>} values */
export function fill(sentence, values) { return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? "")); }
