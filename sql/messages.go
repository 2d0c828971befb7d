package sql

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Messages returns a conversation's messages with after < seq, at most limit, ascending.
func (s *Store) Messages(ctx context.Context, line string, conversation chat.ID, after int64, limit int) ([]chat.Message, error) {
	return s.messages(ctx, line, "Message_After", conversation, after, max(limit, 0))
}

// MessagesBefore returns the last messages with seq < before, at most limit, ascending; before 0 means from the end.
func (s *Store) MessagesBefore(ctx context.Context, line string, conversation chat.ID, before int64, limit int) ([]chat.Message, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	ms, err := s.messages(ctx, line, "Message_Before", conversation, before, max(limit, 0))
	slices.Reverse(ms)
	return ms, err
}

// Notes returns all notes of a conversation, ascending.
func (s *Store) Notes(ctx context.Context, line string, conversation chat.ID) ([]chat.Message, error) {
	return s.messages(ctx, line, "Note_All", conversation)
}

func (s *Store) messages(ctx context.Context, line, name string, args ...any) ([]chat.Message, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []messageRow
	if err := p.selectAll(ctx, &rows, name, args...); err != nil {
		return nil, err
	}
	return messagesOf(rows), nil
}

// Recent returns the last seq of each conversation that was written to within the time given.
func (s *Store) Recent(ctx context.Context, line string, within time.Duration) (map[chat.ID]int64, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	heads := map[chat.ID]int64{}
	return heads, p.heads(ctx, heads, "Conversation_Recent", within.Seconds())
}

func (p *pool) heads(ctx context.Context, into map[chat.ID]int64, name string, args ...any) error {
	var rows []struct {
		ID      chat.ID `db:"id"`
		LastSeq int64   `db:"last_seq"`
	}
	if err := p.selectAll(ctx, &rows, name, args...); err != nil {
		return err
	}
	for _, r := range rows {
		into[r.ID] = r.LastSeq
	}
	return nil
}
