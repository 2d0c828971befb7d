package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// reachMax is how far back one mark tells of messages: a page that opens a long conversation has read its end.
const reachMax = 500

// PutPassages keeps when messages passed their hops, at most one passage for a message: what is known already stays, and the
// earlier of two times. Writing the same twice changes nothing.
func (s *Store) PutPassages(ctx context.Context, line string, passages []chat.Passage) error {
	p, err := s.line(line)
	if err != nil {
		return err
	}
	var c struct {
		Conversation pq.StringArray `db:"conversation_id"`
		Seq          pq.Int64Array  `db:"seq"`
		Node         pq.StringArray `db:"node"`
		Received     pq.Int64Array  `db:"received"`
		Queued       pq.Int64Array  `db:"queued"`
		Routed       pq.Int64Array  `db:"routed"`
		Committed    pq.Int64Array  `db:"committed"`
		Pushed       pq.Int64Array  `db:"pushed"`
	}
	for i := range passages {
		h := &passages[i]
		c.Conversation, c.Seq, c.Node = append(c.Conversation, string(h.Conversation)), append(c.Seq, h.Seq), append(c.Node, h.Node)
		c.Received, c.Queued, c.Routed = append(c.Received, micros(h.Received)), append(c.Queued, micros(h.Queued)), append(c.Routed, micros(h.Routed))
		c.Committed, c.Pushed = append(c.Committed, micros(h.Committed)), append(c.Pushed, micros(h.Pushed))
	}
	_, err = p.exec(ctx, "Trace_Put", &c)
	return err
}

// PutReaches keeps when each side had and read the other's messages, of each reach the last 500; the first time stays. With tell it
// returns the messages for which that was news, with their traces.
func (s *Store) PutReaches(ctx context.Context, line string, reaches []chat.Reach, tell bool) ([]chat.Passage, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	c := struct {
		Conversation pq.StringArray `db:"conversation_id"`
		By           pq.StringArray `db:"by_kind"`
		After        pq.Int64Array  `db:"after"`
		UpTo         pq.Int64Array  `db:"up_to"`
		Read         pq.BoolArray   `db:"read"`
		At           pq.Int64Array  `db:"at"`
		Tell         bool           `db:"tell"`
		Since        time.Time      `db:"since"`
	}{Tell: tell, Since: time.Now().Add(time.Hour - chat.TracesKept)} // what is swept meanwhile does not come again
	for _, r := range reaches {
		c.Conversation, c.By = append(c.Conversation, string(r.Conversation)), append(c.By, string(r.By))
		c.After, c.UpTo = append(c.After, max(r.After, r.UpTo-reachMax)), append(c.UpTo, r.UpTo)
		c.Read, c.At = append(c.Read, r.Read), append(c.At, micros(r.At))
	}
	var rows []passageRow
	if err := p.selectAll(ctx, &rows, "Trace_Reach", &c); err != nil {
		return nil, err
	}
	passages := make([]chat.Passage, len(rows))
	for i := range rows {
		passages[i] = rows[i].passage()
	}
	return passages, nil
}

// Trace returns a message's way, by the message's id. It asks all the lines given at once; one that is away matters only when
// no other knows the message.
func (s *Store) Trace(ctx context.Context, lines []string, message chat.ID) (chat.Trace, error) {
	id, err := chat.ParseID(string(message))
	if err != nil {
		return chat.Trace{}, chat.NotFound()
	}
	var missing error = chat.NotFound()
	for a := range ask(ctx, s, lines, func(ctx context.Context, p *pool) (r passageRow, err error) {
		return r, p.get(ctx, &r, "Trace_Get", id)
	}) {
		switch {
		case a.err == nil:
			r := a.value.passage()
			return chat.Trace{Message: id, Conversation: r.Conversation, Seq: r.Seq, Trace: r.Trace, Node: r.Node, Hops: r.Hops()}, nil
		case !errors.Is(a.err, chat.NotFound()):
			missing = a.err
		}
	}
	return chat.Trace{}, missing
}

// DropTraces deletes the hops of messages written before a time, of at most so many messages, the oldest first, and reports
// whether there is more to do. One node at a time does it: for another there is nothing to do meanwhile.
func (s *Store) DropTraces(ctx context.Context, line string, before time.Time, limit int) (more bool, err error) {
	p, err := s.line(line)
	if err != nil {
		return false, err
	}
	h := fmt.Sprintf("%012x", before.UnixMilli()) // what ids begin with
	var n int
	err = p.tx(ctx, func(t *tx) error {
		if _, err := t.exec("Trace_SweepBegin"); err != nil {
			return err
		}
		return t.get(&n, "Trace_Sweep", h[:8]+"-"+h[8:]+"-0000-0000-000000000000", limit)
	})
	return n == limit, err
}

// passageRow is what the statements say of a message's way.
type passageRow struct {
	ID           chat.ID         `db:"id"`
	Conversation chat.ID         `db:"conversation_id"`
	Seq          int64           `db:"seq"`
	Trace        string          `db:"trace_id"`
	Node         string          `db:"node"`
	Received     stdsql.NullTime `db:"received_at"`
	Queued       stdsql.NullTime `db:"queued_at"`
	Routed       stdsql.NullTime `db:"routed_at"`
	Committed    stdsql.NullTime `db:"written_at"`
	Pushed       stdsql.NullTime `db:"pushed_at"`
	Delivered    stdsql.NullTime `db:"delivered_at"`
	Read         stdsql.NullTime `db:"read_at"`
}

func (r *passageRow) passage() chat.Passage {
	return chat.Passage{
		Conversation: r.Conversation, Seq: r.Seq, Trace: r.Trace, Node: r.Node, Received: r.Received.Time, Queued: r.Queued.Time, Routed: r.Routed.Time,
		Committed: r.Committed.Time, Pushed: r.Pushed.Time, Delivered: r.Delivered.Time, Read: r.Read.Time,
	}
}

// micros is a time for an array of numbers, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
