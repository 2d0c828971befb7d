// Package console draws what an agent sees: the sign-in page, the frame with its lists, a conversation's pane, and what is
// known of the visitor. A Reader turns the words of core/chat into plain values shaped like the page, and each of those
// draws itself with View; nothing here calls out, and every state is a page that works without script.
package console
