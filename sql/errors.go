package sql

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"syscall"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// codePaused and codeAway are raised by the triggers of a line that is moving to another database, or has moved.
	codePaused pqerror.Code = "US001"
	codeAway   pqerror.Code = "US002"
	// codeReadOnly and codeNotNow are what a database that follows another says to whoever would write, lock a table, listen
	// or notify there, or asks how far it has written itself.
	codeReadOnly pqerror.Code = "25006"
	codeNotNow   pqerror.Code = "55000"
)

// isAway reports whether a statement was refused because the line is in another database by now.
func isAway(err error) bool {
	r, ok := asRefusal(err)
	return ok && r.code == codeAway
}

// follows reports whether a statement was refused because the database follows another, or may only be read. Waiting for it is
// no use: it is as good as away until it is promoted, or the address leads to another.
func follows(r *refusal) bool { return r.code == codeReadOnly || r.code == codeNotNow }

func asRefusal(err error) (*refusal, bool) { return errors.AsType[*refusal](err) }

// refusal is what may be told of an error of Postgres: its words can quote a visitor's, and those do not belong into a log.
type refusal struct {
	code              pqerror.Code
	table, constraint string
	message           string
}

func (r *refusal) Error() string {
	s := "postgres " + string(r.code)
	if r.constraint != "" {
		s += " " + r.table + " " + r.constraint
	}
	if r.message != "" {
		s += ": " + r.message
	}
	return s
}

// taken says which constraints people meet, and how it is put to them.
func taken(constraint string) *chat.Error {
	switch constraint {
	case "agents_email":
		return chat.Conflict("email_taken", "An agent with this e-mail address already exists.")
	case "canned_replies_shortcut":
		return chat.Conflict("shortcut_taken", "This shortcut is already in use.")
	case "agents_role_fkey", "invitations_role_fkey":
		return chat.Invalid("role", "There is no such role.")
	case "agent_lines_line_fkey", "canned_replies_line_fkey":
		return chat.Invalid("line", "There is no such line.")
	case "agents_capacity_check":
		return chat.Invalid("capacity", "Capacity is a number from 0.")
	case "agents_presence_check":
		return chat.Invalid("presence", "Presence is online, away or offline.")
	}
	return nil
}

// translate turns an error of the driver or the network into one of chat's. Errors of chat pass, and so does what is neither.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*chat.Error](err); ok {
		return err
	}
	if errors.Is(err, stdsql.ErrNoRows) {
		return chat.NotFound()
	}
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return translatePostgres(e)
	}
	if unreachable(err) {
		return unavailable(err)
	}
	return err
}

// translateBegin is translate for the beginning of a transaction. To write is a feature that a database in recovery has not
// got, says Postgres; at any other place that code is a mistake of ours.
func translateBegin(err error) error {
	if e, ok := errors.AsType[*pq.Error](err); ok && e.Code == pqerror.FeatureNotSupported {
		return unavailable(&refusal{code: codeReadOnly, message: e.Message})
	}
	return translate(err)
}

func translatePostgres(e *pq.Error) error {
	r := &refusal{code: e.Code, table: e.Table, constraint: e.Constraint}
	switch e.Code {
	case codePaused, codeAway: // our own triggers' words: for the move's pause, a second at most as a rule
		r.message = e.Message
		return chat.Unavailable(time.Second, r)
	}
	var c *chat.Error
	switch e.Code.Class() {
	case "22":
		c = chat.Invalid("value", "A value is out of range or malformed.")
	case "23":
		if c = taken(e.Constraint); c != nil {
			break
		}
		if c = chat.Invalid("value", "A value is out of range or malformed."); e.Code == pqerror.UniqueViolation {
			c = chat.Conflict("duplicate", "This already exists.")
		}
	case "54":
		c = chat.Invalid("too_complex", "This is too large or too complex.")
	case "08", "40", "53", "57", "58", "XX", "55", "28", "3D", "25":
		// 55 is a lock not had in time; 28 and 3D a database not ready for us; 25 a transaction that Postgres ended for being
		// idle; some of 25 and 55 a database that follows another.
		r.message = e.Message
		return unavailable(r)
	default: // a mistake of ours, such as a statement that does not fit the schema
		r.message = e.Message
		return r
	}
	c.Err = r
	return c
}

// unreachable reports whether err, which is no answer of Postgres', says that there was none.
func unreachable(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, known := range []error{
		driver.ErrBadConn, stdsql.ErrConnDone, stdsql.ErrTxDone, context.Canceled, context.DeadlineExceeded,
		net.ErrClosed, io.EOF, io.ErrUnexpectedEOF, syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.EPIPE,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return err.Error() == "sql: database is closed" // a pool replaced under a call: the next call finds the new one
}

// lockLate reports whether a lock was not had in time.
func lockLate(err error) bool {
	r, ok := asRefusal(err)
	return ok && r.code == pqerror.LockNotAvailable
}

// unavailable asks for a next try after 1 to 5 seconds, not everybody's at once.
func unavailable(err error) *chat.Error {
	return chat.Unavailable(time.Second+rand.N(4*time.Second), err)
}

// unknown is a commit that failed: perhaps it was made, perhaps not.
func unknown(err error) error {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		err = &refusal{code: e.Code, message: e.Message}
	}
	return unavailable(fmt.Errorf("commit: %w", err))
}

// outage reports whether an error means that the database is away or unwell, as opposed to busy with somebody's row: only
// the first opens a breaker.
func outage(err error) bool {
	if chat.CodeOf(err) != chat.CodeLineUnavailable || errors.Is(err, context.Canceled) {
		return false
	}
	r, ok := asRefusal(err)
	if !ok || follows(r) {
		return true
	}
	switch r.code.Class() {
	case "40", "55", "25", "US":
		return false
	}
	return true
}
