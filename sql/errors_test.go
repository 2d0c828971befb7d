package sql

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/taadis/unique-support/core/chat"
)

func TestTranslate(t *testing.T) {
	t.Parallel()
	own := chat.Conflict("ended", "It has ended.")
	for _, c := range []struct {
		err    error
		code   chat.Code
		key    string
		outage bool
	}{
		{err: own, code: chat.CodeConflict, key: "ended"},
		{err: fmt.Errorf("append: %w", own), code: chat.CodeConflict, key: "ended"},
		{err: stdsql.ErrNoRows, code: chat.CodeNotFound, key: "not_found"},
		{err: &pq.Error{Code: "22P02"}, code: chat.CodeInvalid, key: "value"},
		{err: &pq.Error{Code: "22021"}, code: chat.CodeInvalid, key: "value"},
		{err: &pq.Error{Code: "23505", Constraint: "agents_email"}, code: chat.CodeConflict, key: "email_taken"},
		{err: &pq.Error{Code: "23505", Constraint: "canned_replies_shortcut"}, code: chat.CodeConflict, key: "shortcut_taken"},
		{err: &pq.Error{Code: "23505", Constraint: "another"}, code: chat.CodeConflict, key: "duplicate"},
		{err: &pq.Error{Code: "23503", Constraint: "agents_role_fkey"}, code: chat.CodeInvalid, key: "role"},
		{err: &pq.Error{Code: "23514"}, code: chat.CodeInvalid, key: "value"},
		{err: &pq.Error{Code: "54000"}, code: chat.CodeInvalid, key: "too_complex"},
		{err: &pq.Error{Code: "08006"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "40P01"}, code: chat.CodeLineUnavailable},
		{err: &pq.Error{Code: "40001"}, code: chat.CodeLineUnavailable},
		{err: &pq.Error{Code: "53300"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "53100"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "55P03"}, code: chat.CodeLineUnavailable},
		{err: &pq.Error{Code: codeReadOnly}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: codeNotNow}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: codePaused}, code: chat.CodeLineUnavailable},
		{err: &pq.Error{Code: codeAway}, code: chat.CodeLineUnavailable},
		{err: &pq.Error{Code: "57P01"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "57P03"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "57014"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "58030"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "XX000"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "25P03"}, code: chat.CodeLineUnavailable},
		{err: &pq.Error{Code: "28P01"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "3D000"}, code: chat.CodeLineUnavailable, outage: true},
		{err: &pq.Error{Code: "42601"}, code: chat.CodeInternal},
		{err: &pq.Error{Code: "42P01"}, code: chat.CodeInternal},
		{err: driver.ErrBadConn, code: chat.CodeLineUnavailable, outage: true},
		{err: stdsql.ErrConnDone, code: chat.CodeLineUnavailable, outage: true},
		{err: &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, code: chat.CodeLineUnavailable, outage: true},
		{err: fmt.Errorf("read: %w", os.ErrDeadlineExceeded), code: chat.CodeLineUnavailable, outage: true},
		{err: &net.DNSError{}, code: chat.CodeLineUnavailable, outage: true},
		{err: io.ErrUnexpectedEOF, code: chat.CodeLineUnavailable, outage: true},
		{err: context.DeadlineExceeded, code: chat.CodeLineUnavailable, outage: true},
		{err: context.Canceled, code: chat.CodeLineUnavailable},
		{err: errors.New("sql: database is closed"), code: chat.CodeLineUnavailable, outage: true},
		{err: errors.New("sql: expected 2 destination arguments in Scan, not 3"), code: chat.CodeInternal},
	} {
		t.Run(fmt.Sprint(c.err, c.key), func(t *testing.T) {
			err := translate(c.err)
			if chat.CodeOf(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if e, ok := errors.AsType[*chat.Error](err); ok {
				if c.key != "" && e.Key != c.key {
					t.Errorf("got key %s, want %s", e.Key, c.key)
				}
				if e.Code == chat.CodeLineUnavailable && (e.RetryAfter < time.Second || e.RetryAfter > 5*time.Second) {
					t.Errorf("asked to wait %v", e.RetryAfter)
				}
			}
			if outage(err) != c.outage {
				t.Errorf("outage is %v", !c.outage)
			}
			if _, ok := errors.AsType[*pq.Error](err); ok {
				t.Error("the driver's error got out")
			}
		})
	}
	t.Run("nil", func(t *testing.T) {
		if err := translate(nil); err != nil || outage(nil) {
			t.Error(err)
		}
	})
}

// Postgres quotes values in its messages: a visitor's words would stand in the log.
func TestTranslate_hidesValues(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for what, text := range map[string]string{
		"22": `SELECT CAST('secret words' AS uuid)`,
		"23": `INSERT INTO roles VALUES ('secret words', NULL)`,
	} {
		t.Run(what, func(t *testing.T) {
			_, err := s.main.db.ExecContext(t.Context(), text)
			if err = translate(err); chat.CodeOf(err) != chat.CodeInvalid || strings.Contains(err.Error(), "secret") {
				t.Fatalf("got %v", err)
			}
		})
	}
}

// What became of a commit that failed is unknown, whatever Postgres says about it.
func TestPool_tx_commit(t *testing.T) {
	t.Parallel()
	err := unknown(&pq.Error{Code: pqerror.UniqueViolation, Message: "m"})
	wantCode(t, err, chat.CodeLineUnavailable)

	s := newStore(t)
	if _, err := s.main.db.ExecContext(t.Context(), `CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)`); err != nil {
		t.Fatal(err)
	}
	err = s.main.tx(t.Context(), func(tx *tx) error {
		_, err := tx.tx.ExecContext(tx.ctx, `INSERT INTO late VALUES (1), (1)`)
		return err
	})
	wantCode(t, err, chat.CodeLineUnavailable)
}
