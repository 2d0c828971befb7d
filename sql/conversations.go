package sql

import (
	"context"
	stdsql "database/sql"
	"errors"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// Conversation returns one, with its queue position while it waits: 1 for the next, 1,000 for that or more.
func (s *Store) Conversation(ctx context.Context, line string, conversation chat.ID) (chat.Conversation, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Conversation{}, err
	}
	return p.conversation(ctx, line, conversation)
}

func (p *pool) conversation(ctx context.Context, line string, id chat.ID) (chat.Conversation, error) {
	var r row
	if err := p.get(ctx, &r, "Conversation_Get", texts([]chat.ID{id})); err != nil {
		return chat.Conversation{}, err
	}
	return r.conversation(line), nil
}

// Current returns the visitor's newest conversation, or chat.NotFound.
func (s *Store) Current(ctx context.Context, line string, visitor chat.ID) (chat.Conversation, error) {
	all, err := s.Earlier(ctx, line, visitor, 1)
	if err == nil && len(all) == 0 {
		err = chat.NotFound()
	}
	if err != nil {
		return chat.Conversation{}, err
	}
	return all[0], nil
}

// Earlier returns the visitor's conversations, newest first, at most limit.
func (s *Store) Earlier(ctx context.Context, line string, visitor chat.ID, limit int) ([]chat.Conversation, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var ids []chat.ID
	if err := p.selectAll(ctx, &ids, "Conversation_Earlier", visitor, max(limit, 0)); err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []row
	if err := p.selectAll(ctx, &rows, "Conversation_Get", texts(ids)); err != nil {
		return nil, err
	}
	s.located.put(line, ids...)
	all := make([]chat.Conversation, len(rows))
	for i := range rows {
		all[i] = rows[i].conversation(line)
	}
	return all, nil
}

// Begin returns the visitor's conversation that has not ended, or makes one; two calls at once make one.
func (s *Store) Begin(ctx context.Context, line string, visitor chat.ID, now time.Time) (chat.Conversation, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Conversation{}, err
	}
	var id chat.ID
	for range 5 { // the one that was in the way may have ended before it could be read
		if err = p.get(ctx, &id, "Conversation_Current", visitor); err == nil {
			s.located.put(line, id)
			return p.conversation(ctx, line, id)
		}
		if !errors.Is(err, chat.NotFound()) {
			return chat.Conversation{}, err
		}
		if _, made := p.exec(ctx, "Conversation_Begin", chat.NewID(now), visitor, now); made != nil {
			return chat.Conversation{}, made
		}
	}
	return chat.Conversation{}, err // no such visitor
}

// End closes a conversation; ending a closed one changes nothing and Moved.Notice is nil.
func (s *Store) End(ctx context.Context, line string, conversation chat.ID, by chat.Author, trace string) (chat.Moved, error) {
	return s.move(ctx, line, conversation, by, func(b *batch, r *row) (*chat.Message, error) {
		if r.Status == chat.StatusClosed {
			return nil, nil
		}
		r.end(b.time(r))
		return b.notice(r, chat.Notice{Name: "closed", By: by.Kind, Agent: agentName(by)}, trace), nil
	})
}

// Reopen makes a closed conversation wait again, or open for the agent who does it. Her visitor must have no newer one.
func (s *Store) Reopen(ctx context.Context, line string, conversation chat.ID, by chat.Author, trace string) (chat.Moved, error) {
	m, err := s.move(ctx, line, conversation, by, func(b *batch, r *row) (*chat.Message, error) {
		if r.Status != chat.StatusClosed {
			return nil, nil
		}
		r.Agent, r.AgentName, r.Reason = "", "", ""
		reopened := chat.Notice{Name: "reopened", By: by.Kind, Agent: agentName(by)}
		if by.Kind != chat.KindAgent {
			r.wait(b.time(r))
			return b.notice(r, reopened, trace), nil
		}
		a := chat.Assignment{To: chat.AgentRef{ID: by.ID, Name: by.Name}, By: by, Reason: chat.ReasonTaken}
		if err := b.given(r, a); err != nil {
			return nil, err
		}
		notice := b.notice(r, reopened, trace)
		return notice, decide(b.t, notice, a)
	})
	if errors.Is(err, chat.Conflict("duplicate", "")) {
		err = chat.Conflict("newer_conversation", "The visitor has a newer conversation.")
	}
	return m, err
}

// Rate keeps the visitor's rating of her conversation; one that comes within chat.RateChange replaces it and writes no
// second notice. After that it is chat.Conflict, until the conversation has ended anew.
func (s *Store) Rate(ctx context.Context, line string, conversation chat.ID, rating chat.Rating, by chat.Author, trace string) (chat.Moved, error) {
	return s.move(ctx, line, conversation, by, func(b *batch, r *row) (*chat.Message, error) {
		var first bool
		now := b.time(r)
		err := b.t.get(&first, "Conversation_Rate", struct {
			Conversation chat.ID         `db:"conversation_id"`
			Score        int             `db:"score"`
			Tags         pq.StringArray  `db:"tags"`
			Comment      string          `db:"comment"`
			Now          time.Time       `db:"now"`
			Since        time.Time       `db:"since"`
			Closed       stdsql.NullTime `db:"closed"`
		}{conversation, rating.Score, append(pq.StringArray{}, rating.Tags...), rating.Comment, now, now.Add(-chat.RateChange), r.Closed})
		if errors.Is(err, chat.NotFound()) {
			return nil, chat.Conflict("rate_late", "A rating can be changed for ten minutes.")
		}
		if err != nil {
			return nil, err
		}
		if r.Score = rating.Score; !first {
			return nil, nil
		}
		return b.notice(r, chat.Notice{Name: "rated", By: by.Kind, Score: rating.Score}, trace), nil
	})
}

// Rating returns what the visitor thought of a conversation, or chat.NotFound.
func (s *Store) Rating(ctx context.Context, line string, conversation chat.ID) (chat.Rating, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Rating{}, err
	}
	var r struct {
		Score   int            `db:"score"`
		Tags    pq.StringArray `db:"tags"`
		Comment string         `db:"comment"`
		Created time.Time      `db:"created_at"`
	}
	if err := p.get(ctx, &r, "Conversation_Rating", conversation); err != nil {
		return chat.Rating{}, err
	}
	return chat.Rating{Score: r.Score, Tags: r.Tags, Comment: r.Comment, Created: r.Created}, nil
}

// Snooze sets an open conversation aside until the time; the next message of its visitor wakes it.
func (s *Store) Snooze(ctx context.Context, line string, conversation chat.ID, until time.Time) (chat.Conversation, error) {
	m, err := s.move(ctx, line, conversation, chat.Author{}, func(b *batch, r *row) (*chat.Message, error) {
		if r.Status != chat.StatusOpen && r.Status != chat.StatusSnoozed {
			return nil, chat.Conflict("not_open", "Only an open conversation can be set aside.")
		}
		r.Status, r.Snoozed = chat.StatusSnoozed, some(until.Round(time.Microsecond))
		b.touch(r)
		return nil, nil
	})
	return m.Conversation, err
}

// Wake returns snoozed conversations whose time has come to open, or to the queue when nobody has them, and returns them.
func (s *Store) Wake(ctx context.Context, line string) (woken []chat.Conversation, err error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var due []chat.ID
	if err := p.selectAll(ctx, &due, "Conversation_Due"); err != nil || len(due) == 0 {
		return nil, err
	}
	err = p.tx(ctx, func(t *tx) error {
		woken = nil
		b, err := lock(t, due...)
		if err != nil {
			return err
		}
		for _, id := range due {
			r := b.rows[id]
			if r == nil || r.Status != chat.StatusSnoozed || r.Snoozed.Time.After(b.now) {
				continue // another node was quicker, or it was put off
			}
			if r.open(); r.Agent == "" {
				r.wait(b.time(r))
			}
			b.touch(r)
			woken = append(woken, r.conversation(line))
		}
		return b.write()
	})
	if err != nil {
		return nil, err
	}
	return woken, nil
}

// Label replaces a conversation's labels.
func (s *Store) Label(ctx context.Context, line string, conversation chat.ID, labels []string) (chat.Conversation, error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Conversation{}, err
	}
	n, err := p.exec(ctx, "Conversation_Label", conversation, append(pq.StringArray{}, labels...))
	if err == nil && n == 0 {
		err = chat.NotFound()
	}
	if err != nil {
		return chat.Conversation{}, err
	}
	return p.conversation(ctx, line, conversation)
}

// Waiting returns the ids of the conversations that wait, oldest first, at most limit.
func (s *Store) Waiting(ctx context.Context, line string, limit int) (ids []chat.ID, err error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	return ids, p.selectAll(ctx, &ids, "Conversation_Waiting", max(limit, 0))
}

// Waits returns the waits that ended last, the newest first, none that ended more than an hour ago.
func (s *Store) Waits(ctx context.Context, line string, limit int) ([]chat.Wait, error) {
	p, err := s.line(line)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Since time.Time `db:"since"`
		Until time.Time `db:"until"`
	}
	if err := p.selectAll(ctx, &rows, "Wait_Recent", max(limit, 0)); err != nil {
		return nil, err
	}
	waits := make([]chat.Wait, len(rows))
	for i, r := range rows {
		waits[i] = chat.Wait{Since: r.Since, Until: r.Until}
	}
	return waits, nil
}

// move changes one conversation while its row is locked. A visitor finds only her own.
func (s *Store) move(ctx context.Context, line string, id chat.ID, by chat.Author, f func(b *batch, r *row) (*chat.Message, error)) (m chat.Moved, err error) {
	p, err := s.line(line)
	if err != nil {
		return chat.Moved{}, err
	}
	err = p.tx(ctx, func(t *tx) error {
		m, err = moveIn(t, line, id, by, f)
		return err
	})
	if err != nil {
		return chat.Moved{}, err
	}
	s.located.put(line, id)
	if m.Conversation.Status == chat.StatusWaiting {
		// Its place is no part of the move, which stands whether or not the place can be had.
		if c, err := p.conversation(ctx, line, id); err == nil && c.Status == chat.StatusWaiting {
			m.Conversation.Position = c.Position
		}
	}
	return m, nil
}

func moveIn(t *tx, line string, id chat.ID, by chat.Author, f func(b *batch, r *row) (*chat.Message, error)) (chat.Moved, error) {
	b, err := lock(t, id)
	if err != nil {
		return chat.Moved{}, err
	}
	r := b.rows[id]
	if r == nil || by.Kind == chat.KindVisitor && by.ID != r.Visitor {
		return chat.Moved{}, chat.NotFound()
	}
	m := chat.Moved{Before: r.agent()}
	if m.Notice, err = f(b, r); err != nil {
		return chat.Moved{}, err
	}
	if err := b.write(); err != nil {
		return chat.Moved{}, err
	}
	if r.Agent != "" && r.Agent != m.Before.ID {
		if err := b.handOver(r); err != nil {
			return chat.Moved{}, err
		}
	}
	if b.seat != "" { // last, because everything of hers waits for that row until the transaction has ended
		if _, err := t.exec("Seat_Give", b.seat); err != nil {
			return chat.Moved{}, err
		}
	}
	m.Conversation = r.conversation(line)
	return m, nil
}

func agentName(by chat.Author) string {
	if by.Kind == chat.KindAgent || by.Kind == chat.KindBot {
		return by.Name
	}
	return ""
}
