package sql

import (
	"context"
	"time"

	"github.com/taadis/unique-support/core/chat"
)

// Age moves a sample conversation into the past, for the demo: its last entry to end, each earlier one pace before the next.
func (s *Store) Age(ctx context.Context, line string, conversation chat.ID, end time.Time, pace time.Duration) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	return p.tx(ctx, func(t *tx) error {
		if _, err := t.exec("Sample_Messages", conversation, end, pace.Seconds()); err != nil {
			return err
		}
		for _, name := range []string{"Sample_Notes", "Sample_Inbox"} {
			if _, err := t.exec(name, conversation, end); err != nil {
				return err
			}
		}
		if _, err := t.exec("Sample_Conversation", conversation, end, pace.Seconds()); err != nil {
			return err
		}
		return recount(t, conversation, end)
	})
}

// recount has what was counted of a conversation for reports counted again: it was written into the past.
func recount(t *tx, conversation chat.ID, at time.Time) error {
	for _, name := range []string{"Figure_Forget", "Figure_ForgetMessages"} {
		if _, err := t.exec(name, conversation); err != nil {
			return err
		}
	}
	_, err := t.exec("Figure_Recount", at)
	return err
}
