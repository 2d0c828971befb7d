package sql

import (
	"context"
	"errors"

	"github.com/taadis/unique-support/core/chat"
)

// Identify makes or finds the visitor whose host calls her v.External, and gives her what the anonymous visitor had. A new
// one never takes over the anonymous visitor's id: whoever holds a token from before the proof must not be somebody then.
func (s *Store) Identify(ctx context.Context, line string, v chat.Visitor, anonymous chat.ID, trace string) (chat.Identified, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Identified{}, err
	}
	put, err := putOf(v)
	if err != nil {
		return chat.Identified{}, err
	}
	var found chat.Identified
	for range 3 { // somebody else may make the same visitor at the same time
		err = p.tx(ctx, func(t *tx) error {
			found, err = identify(t, line, put, anonymous, trace)
			return err
		})
		if !errors.Is(err, chat.Conflict("duplicate", "")) {
			break
		}
	}
	if err != nil {
		return chat.Identified{}, err
	}
	return found, nil
}

func identify(t *tx, line string, put visitorPut, anonymous chat.ID, trace string) (found chat.Identified, err error) {
	var id chat.ID
	switch err := t.get(&id, "Visitor_External", put.External); {
	case err == nil:
		put.ID = id
	case !errors.Is(err, chat.NotFound()):
		return found, err
	}
	var got visitorRow
	if err := t.get(&got, "Visitor_Put", put); err != nil {
		return found, err
	}
	if anonymous != "" && anonymous != got.ID {
		if err := merge(t, &found, line, anonymous, got.ID, trace); err != nil {
			return found, err
		}
	}
	if _, err := t.exec("Visitor_Rename", got.ID, got.Name, got.Verified); err != nil {
		return found, err
	}
	for i := range found.Merged {
		found.Merged[i].VisitorName, found.Merged[i].Verified = got.Name, got.Verified
	}
	found.Visitor, err = got.visitor()
	return found, err
}

// merge gives the visitor all that the anonymous one has, who is no more then.
func merge(t *tx, found *chat.Identified, line string, anonymous, visitor chat.ID, trace string) error {
	var who chat.ID
	if err := t.get(&who, "Visitor_Anonymous", anonymous); err != nil {
		if errors.Is(err, chat.NotFound()) { // she is somebody, or gone
			return nil
		}
		return err
	}
	var ids []chat.ID
	if err := t.selectAll(&ids, "Visitor_Conversations", anonymous, visitor); err != nil {
		return err
	}
	b, err := lock(t, ids...)
	if err != nil {
		return err
	}
	var goes, ends *row // the conversation of each that has not ended
	for _, id := range ids {
		switch r := b.rows[id]; {
		case r == nil || r.Status == chat.StatusClosed:
		case r.Visitor == visitor:
			ends = r
		default:
			goes = r
		}
	}
	if goes != nil && ends != nil {
		if goes.LastSeq == 0 {
			goes, ends = ends, goes
		}
		if err := giveWay(b, found, line, ends, trace); err != nil {
			return err
		}
	}
	for _, name := range []string{"Visitor_Give", "Visitor_GiveMessages", "Visitor_GiveInbox", "Visitor_GiveAttachments"} {
		if _, err := t.exec(name, anonymous, visitor); err != nil {
			return err
		}
	}
	if _, err := t.exec("Visitor_Drop", anonymous); err != nil {
		return err
	}
	for _, id := range ids {
		if r := b.rows[id]; r != nil && r.Visitor == anonymous && r != ends {
			r.Visitor = visitor
			found.Merged = append(found.Merged, r.conversation(line))
		}
	}
	return nil
}

// giveWay ends a conversation because another of the same person goes on; one in which nobody has written is dropped.
func giveWay(b *batch, found *chat.Identified, line string, r *row, trace string) error {
	if r.LastSeq == 0 && r.NoteSeq == 0 {
		_, err := b.t.exec("Visitor_Empty", r.ID)
		return err
	}
	found.Before = r.Status
	found.Ended = chat.Moved{Before: r.agent()}
	r.end(b.time(r))
	found.Ended.Notice = b.notice(r, chat.Notice{Name: "continued", By: chat.KindSystem}, trace)
	if err := b.write(); err != nil {
		return err
	}
	found.Ended.Conversation = r.conversation(line)
	return nil
}
