// Package chat holds the words every other room speaks: no I/O, no goroutine, the standard library only.
//
// # Glossary
//
//   - Line: a business line, with its own visitors, agents at work and, if wanted, its own database. Not "tenant", not "channel".
//   - Visitor: the person who writes in. Not "customer", "user" or "contact".
//   - Agent: the person who answers. Not "operator", "staff" or "member".
//   - Conversation: one thread between a visitor and the line. Not "ticket", "session" or "room".
//   - Message: an entry of a conversation's log, numbered 1, 2, 3 … by its seq. A notice ("Lin joined") is a message too.
//   - Note: an entry only agents see, numbered apart from messages.
//   - Client id: the UUID the sender gave a message; the key that makes a repeat harmless.
//   - Seat: an agent's place at a line: whether she is online there, and how many conversations she takes at once.
//   - Session: what lets a browser in. A visitor has a token, an agent a cookie.
//   - Receipt: how far somebody has received or read. Not "ack".
//   - Trace: the 32 hex digits that name one message's way through every hop (W3C trace-context).
//   - Epoch: a random word that names one history of a line's database; a restored backup gets a new one.
package chat
