package sql

import (
	"context"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// mentionsMost is how many conversations the list of mentions reaches back.
const mentionsMost = 500

// PutMentions keeps that agents were named in a note; the same again changes nothing.
func (s *Store) PutMentions(ctx context.Context, line string, conversation chat.ID, note int64, agents []chat.ID) error {
	_, err := s.main.exec(ctx, "Mention_Put", line, conversation, note, texts(agents))
	return err
}

// SeeMentions says that an agent has seen a conversation's notes up to a number.
func (s *Store) SeeMentions(ctx context.Context, agent, conversation chat.ID, note int64) (changed bool, err error) {
	n, err := s.main.exec(ctx, "Mention_See", agent, conversation, note)
	return n > 0, err
}

// Mentions counts the conversations of the lines with a note that names the agent and that she has not seen.
func (s *Store) Mentions(ctx context.Context, agent chat.ID, lines []string) (n int, err error) {
	return n, s.main.get(ctx, &n, "Mention_Unseen", agent, pq.StringArray(lines))
}

// mentioned are the conversations an agent was named in, with how many of their notes she has not seen.
func (s *Store) mentioned(ctx context.Context, agent chat.ID, lines []string) (among pq.StringArray, unseen map[chat.ID]int, err error) {
	var rows []struct {
		Conversation chat.ID `db:"conversation_id"`
		Unseen       int     `db:"unseen"`
	}
	if err := s.main.selectAll(ctx, &rows, "Mention_All", agent, pq.StringArray(lines), mentionsMost); err != nil {
		return nil, nil, err
	}
	unseen = make(map[chat.ID]int, len(rows))
	for _, r := range rows {
		among, unseen[r.Conversation] = append(among, string(r.Conversation)), r.Unseen
	}
	return among, unseen, nil
}
