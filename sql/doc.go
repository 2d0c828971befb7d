// Package sql keeps everything in Postgres: what belongs to a business line in a schema of the line's own, in the line's own
// database or the main one, and the rest in the main database.
//
// # How a call goes
//
// Every call goes through its pool, and the pool bounds it: at most 64 calls at a time, 3 seconds each, and a breaker that
// answers at once while the database is away, with one try a second to find out whether it is back (guard.go). The
// network is bounded too, since lib/pq alone would wait for ever on a peer that has gone silent (conn.go). So one
// line's trouble stays its own. Errors are translated where they leave the pool (errors.go); no driver's error gets further.
//
// # Statements
//
// A statement stands in queries/main/<noun>.sql or queries/line/<noun>.sql under its name, "-- name: Noun_Verb", and is
// prepared when it is first used. Up to four arguments are positional ($1); beyond that they are named (:column) and come
// from one struct with db tags. Columns are always listed: a statement prepared before a migration goes on after it.
//
// # Locks
//
// Store.mu guards the list of lines, pool.mu the prepared statements, place.mu a line's epoch, located.mu which line a
// conversation is on, Bus.mu the outboxes and outbox.mu what is in one, dialer.mu a listener's connection; none is held
// while another is taken, nor while the database is asked.
//
// In a transaction the order is: the line's advisory lock of assignment (assign.go), conversations' rows by id (batch.go),
// then what hangs on them. A participant's inbox row changes only while its conversation's row is locked.
package sql
