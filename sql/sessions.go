package sql

import (
	"context"
	"fmt"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// sweepEvery is how often sessions that have ended are removed.
const sweepEvery = 5 * time.Minute

// Sessions keeps the console's sessions; it is an alexedwards/scs CtxStore. The tokens it is given are expected to be hashes.
type Sessions struct{ pool *pool }

// Sessions returns the console's sessions.
func (s *Store) Sessions() *Sessions { return &Sessions{pool: s.main} }

// FindCtx returns the data of a session that has not ended.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.pool.get(ctx, &data, "Session_Find", token)
	if chat.CodeOf(err) == chat.CodeNotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", err)
	}
	return data, true, nil
}

// CommitCtx keeps a session until expiry.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if _, err := s.pool.exec(ctx, "Session_Put", token, data, expiry); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// DeleteCtx ends a session; one that is not there is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.pool.exec(ctx, "Session_Delete", token); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Find is FindCtx.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// sweepSessions removes sessions that have ended, until ctx ends.
func (s *Store) sweepSessions(ctx context.Context) {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if _, err := s.main.exec(ctx, "Session_Sweep"); err != nil {
				s.log.WarnContext(ctx, "sessions not swept", "error", err)
			}
		}
	}
}
