package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// written is one row of a line's log, as the database has it.
type written struct {
	client packed
	author string // visitor, agent or system
}

// record is a conversation as the database has it.
type record struct {
	rows []written // by number, from 1
	// head is the counter; visitor and agent are the marks.
	head, visitor, agent int64
	// wrong is the first number that is not where it belongs, and its place.
	wrong, place int64
}

// heads asks the database how far each conversation goes.
func (b *base) heads(ctx context.Context, line string) (map[string]int64, error) {
	rows, err := b.query(ctx, "SELECT id, last_seq FROM line_"+line+".conversations")
	if err != nil {
		return nil, err
	}
	heads := map[string]int64{}
	for _, r := range rows {
		id, seq, _ := strings.Cut(r, "\t")
		heads[id], err = strconv.ParseInt(seq, 10, 64)
		if err != nil {
			return nil, err
		}
	}
	return heads, nil
}

// records reads a line's whole log past the program.
func (b *base) records(ctx context.Context, line string) (map[string]*record, error) {
	all := map[string]*record{}
	rows, err := b.query(ctx, "SELECT id, last_seq, visitor_read, agent_read FROM line_"+line+".conversations")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		f := strings.Split(r, "\t")
		v := &record{}
		for i, into := range []*int64{&v.head, &v.visitor, &v.agent} {
			if *into, err = strconv.ParseInt(f[i+1], 10, 64); err != nil {
				return nil, err
			}
		}
		all[f[0]] = v
	}
	rows, err = b.query(ctx, "SELECT conversation_id, seq, COALESCE(CAST(client_id AS text), ''), author_kind FROM line_"+line+".messages ORDER BY conversation_id, seq")
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		f := strings.Split(r, "\t")
		v := all[f[0]]
		if v == nil {
			return nil, fmt.Errorf("a message belongs to no conversation: %s", r)
		}
		seq, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return nil, err
		}
		if v.rows = append(v.rows, written{pack(f[2]), f[3]}); seq != int64(len(v.rows)) && v.wrong == 0 {
			v.wrong, v.place = seq, int64(len(v.rows))
		}
	}
	return all, nil
}

// check compares what was promised and shown with what the database holds, once everything is answered and the screens have
// settled. It returns what is wrong; see docs/operating/faults.md for C1 to C7.
func (c *crew) check(ctx context.Context, b *base) ([]string, error) {
	all, err := b.records(ctx, c.Line)
	if err != nil {
		return nil, err
	}
	c.tally.mu.Lock()
	wrong := slices.Clone(c.tally.wrongs)
	c.tally.mu.Unlock()
	complain := func(format string, args ...any) {
		if len(wrong) < 2*wrongsMax {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	for _, k := range c.talks {
		v := all[string(k.Conversation.ID)]
		if v == nil {
			complain("C1: conversation %s is gone", k.Conversation.ID)
			continue
		}
		k.check(v, func(format string, args ...any) {
			complain("%s, conversation %s", fmt.Sprintf(format, args...), k.Conversation.ID)
		})
	}
	return wrong, nil
}

// check compares one conversation.
func (k *talk) check(v *record, complain func(format string, args ...any)) {
	if v.wrong != 0 {
		complain("C2: number %d stands at place %d", v.wrong, v.place)
	}
	if v.head != int64(len(v.rows)) {
		complain("C2: it counts to %d and has %d", v.head, len(v.rows))
	}
	places := map[packed]int64{}
	for i, w := range v.rows {
		if w.client == (packed{}) {
			continue
		}
		if first, twice := places[w.client]; twice {
			complain("C5: one message stands at %d and %d", first, i+1)
		}
		places[w.client] = int64(i + 1)
	}
	promised := 0
	for who, s := range map[string]*sender{"visitor": k.visitor, "agent": k.agent} {
		before := int64(0)
		for _, e := range s.ledger {
			at := places[e.client]
			switch {
			case at == 0:
				complain("C1: a message of the %s accepted as number %d is not there", who, e.seq)
			case at != e.seq:
				complain("C1: a message of the %s accepted as number %d stands at %d", who, e.seq, at)
			case e.seq <= before:
				complain("C6: the %s sent number %d after number %d", who, e.seq, before)
			case v.rows[at-1].author != who:
				complain("C1: a message of the %s is the %s's", who, v.rows[at-1].author)
			}
			before = max(before, e.seq)
		}
		promised += len(s.ledger)
		for _, id := range s.refused {
			if places[id] != 0 {
				complain("C4: a refused message of the %s stands at %d", who, places[id])
			}
		}
	}
	if len(places) != promised {
		complain("C5: %d messages were accepted and %d are there", promised, len(places))
	}
	for who, s := range map[string]*screen{"visitor": k.left, "agent": k.right} {
		s.mu.Lock()
		if len(s.shown) != len(v.rows) {
			complain("C3: the %s was shown %d of %d", who, len(s.shown), len(v.rows))
		}
		for i := range min(len(s.shown), len(v.rows)) {
			if s.shown[i] != v.rows[i].client {
				complain("C3: the %s was shown another message at %d", who, i+1)
				break
			}
		}
		s.mu.Unlock()
	}
	if v.visitor < k.visitor.read || v.agent < k.agent.read {
		complain("C7: the marks are %d and %d, confirmed were %d and %d", v.visitor, v.agent, k.visitor.read, k.agent.read)
	}
}
