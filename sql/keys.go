package sql

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

type keyRow struct {
	ID      chat.ID         `db:"id"`
	Agent   chat.ID         `db:"agent_id"`
	Name    string          `db:"name"`
	Hash    string          `db:"hash"`
	Scopes  pq.StringArray  `db:"scopes"`
	Created time.Time       `db:"created_at"`
	Expires stdsql.NullTime `db:"expires_at"`
	Used    stdsql.NullTime `db:"used_at"`
	Revoked bool            `db:"revoked"`
}

// putKey keeps a key by whatever runs the statement.
func putKey(exec func(statement string, args ...any) (int64, error), k chat.APIKey, hash string) error {
	r := keyRow{ID: k.ID, Agent: k.Agent, Name: k.Name, Hash: hash, Scopes: names(k.Scopes), Created: k.Created.Time, Expires: stdsql.NullTime{Time: k.Expires.Time, Valid: !k.Expires.IsZero()}}
	if r.Created.IsZero() {
		r.Created = time.Now()
	}
	n, err := exec("Key_Put", r)
	if err == nil && n == 0 {
		err = chat.Conflict("duplicate", "This already exists.")
	}
	return err
}

func revokeKey(exec func(statement string, args ...any) (int64, error), id chat.ID) error {
	if _, err := chat.ParseID(string(id)); err != nil {
		return chat.NotFound()
	}
	n, err := exec("Key_Revoke", id)
	if err == nil && n == 0 {
		err = chat.NotFound()
	}
	return err
}

// PutKey keeps a new API key by the SHA-256 of its secret, in hex. The same key again changes nothing; another under its id is chat.Conflict.
func (s *Store) PutKey(ctx context.Context, k chat.APIKey, hash string) error {
	err := putKey(func(statement string, args ...any) (int64, error) { return s.main.exec(ctx, statement, args...) }, k, hash)
	if err != nil {
		return fmt.Errorf("put key: %w", err)
	}
	return nil
}

// RevokeKey makes a key open nothing any more, or returns chat.NotFound; revoking it again changes nothing.
func (s *Store) RevokeKey(ctx context.Context, id chat.ID) error {
	err := revokeKey(func(statement string, args ...any) (int64, error) { return s.main.exec(ctx, statement, args...) }, id)
	if err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}

func (c team) PutKey(k chat.APIKey, hash string) error { return putKey(c.t.exec, k, hash) }

func (c team) RevokeKey(id chat.ID) error { return revokeKey(c.t.exec, id) }

// Keys returns every API key, the newest last.
func (s *Store) Keys(ctx context.Context) ([]chat.APIKey, error) {
	var rows []keyRow
	if err := s.main.selectAll(ctx, &rows, "Key_List"); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	all := make([]chat.APIKey, len(rows))
	for i, r := range rows {
		all[i] = chat.APIKey{ID: r.ID, Agent: r.Agent, Name: r.Name, Scopes: permissions(r.Scopes), Created: chat.Time{Time: r.Created}, Expires: chat.Time{Time: r.Expires.Time},
			Used: chat.Time{Time: r.Used.Time}, Revoked: r.Revoked}
	}
	return all, nil
}
