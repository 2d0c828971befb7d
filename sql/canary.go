package sql

import (
	"context"

	"github.com/taadis/unique-support/core/chat"
)

// DropCanaries deletes what the node's canaries wrote on the line, and what any canary left behind that has been silent for a day;
// no node is "".
// Nothing that a person wrote stands in their conversations.
func (s *Store) DropCanaries(ctx context.Context, line, node string) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	return p.tx(ctx, func(t *tx) error {
		var ids []chat.ID
		if err := t.selectAll(&ids, "Canary_Old", node); err != nil || len(ids) == 0 {
			return err
		}
		old := texts(ids)
		for _, name := range []string{"Canary_DropMessages", "Canary_DropTraces", "Canary_DropInbox", "Canary_Drop"} {
			if _, err := t.exec(name, old); err != nil {
				return err
			}
		}
		return nil
	})
}
