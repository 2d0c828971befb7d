// Package jobs does outside what was written down to be done: it takes what is due from each line's outbox, tells the receiver
// under a signature, and tries again until it is told or given up. Nothing here is ever waited for by who sends a message.
package jobs
