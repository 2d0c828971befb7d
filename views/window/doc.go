// Package window draws what a visitor sees: the chat page in all its states, the pages for when it cannot be shown, and the
// demo shop.
//
// Chat is the page as plain values; New fills it from the words of package chat, and a handler adds what only it knows (the
// forms' address, the draft). Every page works without script: forms post, earlier messages are a link. With script the same
// elements, found by their data-* attributes, come alive; package widget says how.
package window
