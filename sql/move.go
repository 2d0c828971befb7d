package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

const (
	// pauseFor is how long a pause of a line's writes lasts at most: then they are let in again, whatever became of the mover.
	pauseFor = 10 * time.Second
	// pauseWork is how long the mover itself takes at most for what it does in the pause, pauseTries how often it tries.
	pauseWork  = 7 * time.Second
	pauseTries = 5
	// writersWait is how long it waits for the writes that were under way.
	writersWait = 1500 * time.Millisecond
	// roundSmall is how quick a round of changes must be before writes are refused for one more; roundsMost how many may be tried.
	roundSmall = 300 * time.Millisecond
	roundsMost = 500
)

var errWriters = errors.New("writes that were under way do not end")

// Move is what a move of a line is to do.
type Move struct {
	Line string
	// To is the DSN of the database to move to, empty for the main one.
	To string
	// Progress is told what happens, a sentence at a time; nil for nobody.
	Progress func(format string, args ...any)
	// reached is called before each step, and pause is how long writes are refused at most, for tests; otherwise pauseFor.
	reached func(step string) error
	pause   time.Duration
}

// mover moves one line. The old schema's triggers do the work that concerns others: they record what changes while rows are
// copied and, when the rest is copied, refuse writes. So any number of nodes go on writing and need to know nothing.
type mover struct {
	Move
	s *Store
	// lock is a connection to the main database that holds the line's lock, and the only one on which the line is
	// switched: a mover that lost its lock cannot switch any more.
	main *sqlx.DB
	lock *sqlx.Conn
	// was is the DSN the line has now, source and from are where that is.
	was          string
	source, dest source
	from, to     *sqlx.DB
	tables       []moveTable
	version      int64
	epoch, token string
	// left is set once the old place takes no writes any more, whatever happens next.
	left bool
	// shut is when writes were first refused, opened when they were let in again, there or here.
	shut, opened time.Time
}

// MoveLine moves a line to another database while it works, and returns how long its writes were refused. A move that fails,
// or whose context ends, leaves the line where it was; but once the old place has been closed for good, the same call
// has to be made again, or AbortMove. It may be called again whenever it was interrupted.
func (s *Store) MoveLine(ctx context.Context, o Move) (paused time.Duration, err error) {
	m := &mover{Move: o, s: s}
	if err := m.open(ctx); err != nil {
		return 0, err
	}
	defer m.close()
	if m.was == m.To {
		return 0, m.tidy(ctx)
	}
	if err := m.run(ctx); err != nil {
		return 0, err
	}
	return m.opened.Sub(m.shut), errors.Join(m.tidy(ctx), s.Load(ctx))
}

// CheckMove reports what stands in the way of a move, without changing anything.
func (s *Store) CheckMove(ctx context.Context, o Move) error {
	m := &mover{Move: o, s: s}
	if err := m.open(ctx); err != nil {
		return err
	}
	defer m.close()
	if m.was == m.To {
		return errors.New("the line is there already")
	}
	return m.check(ctx, true)
}

// AbortMove undoes what an unfinished move of the line has done in the database where the line is.
func (s *Store) AbortMove(ctx context.Context, line string) error {
	m := &mover{Move: Move{Line: line}, s: s}
	if err := m.open(ctx); err != nil {
		return err
	}
	defer m.close()
	gate, err := m.gate(ctx, m.from)
	if err != nil {
		return err
	}
	if gate.Role != "source" {
		return errors.New("there is no unfinished move of this line")
	}
	return m.undo(ctx)
}

// text is one of the line's statements.
func (m *mover) text(name string) string { return m.s.queries[name].text }

type gateRow struct {
	Token string `db:"token"`
	Role  string `db:"role"`
	Epoch string `db:"epoch"`
	Away  bool   `db:"away"`
	Shut  bool   `db:"shut"`
}

// gate reads a schema's gate; none is the zero row.
func (m *mover) gate(ctx context.Context, in asker) (g gateRow, err error) {
	if err = sqlx.GetContext(ctx, in, &g, m.text("Move_Gate")); errors.Is(err, stdsql.ErrNoRows) {
		err = nil
	}
	return g, translate(err)
}

// run moves the line, or undoes what it did.
func (m *mover) run(ctx context.Context) (err error) {
	gate, err := m.gate(ctx, m.from)
	if err != nil {
		return err
	}
	m.token, m.left = gate.Token, gate.Away
	defer func() {
		switch {
		case err == nil:
		case m.left:
			err = fmt.Errorf("the line takes no writes until this command is run again, or with --abort: %w", err)
		default:
			err = errors.Join(err, m.undo(context.WithoutCancel(ctx)))
		}
	}()
	if m.left {
		m.Progress("an earlier move stopped just before its end; going on from there")
		m.shut = time.Now()
		if err := m.check(ctx, false); err != nil {
			return translate(err)
		}
		if _, err := m.round(ctx, withCompare); err != nil {
			return translate(err)
		}
		if _, err := m.round(ctx, withSettle); err != nil {
			return translate(err)
		}
		return translate(m.change(ctx))
	}
	m.token = string(chat.NewID(time.Now()))
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{{"prepare", m.prepare}, {"copy", m.copy}, {"catch up", m.catchUp}, {"pause", m.refuse}, {"change", m.change}} {
		if err := m.reached(step.name); err != nil {
			return err
		}
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.name, translate(err))
		}
	}
	return nil
}

// prepare makes the target ready and begins to record what changes.
func (m *mover) prepare(ctx context.Context) error {
	if err := m.check(ctx, false); err != nil {
		return err
	}
	if _, err := m.to.ExecContext(ctx, m.text("Move_Begin"), m.token, "target", m.epoch); err != nil {
		return err
	}
	if err := m.dropReferences(ctx, m.to); err != nil {
		return err
	}
	for _, t := range m.tables {
		if _, err := m.to.ExecContext(ctx, "TRUNCATE "+pq.QuoteIdentifier(t.Name)); err != nil {
			return err
		}
	}
	if err := m.removeTriggers(ctx); err != nil { // of an earlier try
		return err
	}
	if _, err := m.from.ExecContext(ctx, m.text("Move_Forget")); err != nil {
		return err
	}
	if _, err := m.from.ExecContext(ctx, m.text("Move_Begin"), m.token, "source", m.epoch); err != nil {
		return err
	}
	return m.addTriggers(ctx)
}

// copy copies every table as it is now, more or less; what changes meanwhile is recorded.
func (m *mover) copy(ctx context.Context) error {
	for _, t := range m.tables {
		told := time.Now()
		var all int64
		err := t.copy(ctx, m.from, m.to, func(n int64) {
			if all = n; time.Since(told) >= time.Second {
				told = time.Now()
				m.Progress("copying %s: %d rows", t.Name, n)
			}
		})
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		m.Progress("copied %s: %d rows", t.Name, all)
	}
	return nil
}

// catchUp brings what has changed until a round of that takes next to no time, and compares every row.
func (m *mover) catchUp(ctx context.Context) error {
	for i := range roundsMost {
		began := time.Now()
		n, err := m.round(ctx, changesOnly)
		if err != nil {
			return err
		}
		took := time.Since(began)
		m.Progress("caught up with %d changes in %s", n, took.Round(time.Millisecond))
		if i > 0 && took <= roundSmall {
			break
		}
		if i == roundsMost-1 {
			return errors.New("the line is written to faster than its changes can be copied")
		}
	}
	if _, err := m.round(ctx, withCompare); err != nil {
		return err
	}
	_, err := m.round(ctx, changesOnly) // comparing took a while
	return err
}

// refuse refuses the line's writes, brings the rest, and closes the old place for good when the copy is complete.
func (m *mover) refuse(ctx context.Context) error {
	for i := range pauseTries {
		err := m.refuseOnce(ctx)
		if !errors.Is(err, errWriters) {
			return err
		}
		m.Progress("%v; trying again", err)
		if i == pauseTries-1 || !sleep(ctx, time.Second) {
			return err
		}
		if _, err := m.round(ctx, changesOnly); err != nil {
			return err
		}
	}
	return nil
}

func (m *mover) refuseOnce(ctx context.Context) (err error) {
	work, cancel := context.WithTimeout(ctx, pauseWork)
	defer cancel()
	if err := m.exactly(work, m.from, "Move_Pause", m.token, cmp.Or(m.pause, pauseFor).Seconds()); err != nil {
		return err
	}
	m.shut = time.Now()
	defer func() {
		if err != nil && !m.left {
			_, resumed := m.from.ExecContext(context.WithoutCancel(ctx), m.text("Move_Resume"), m.token)
			err = errors.Join(err, resumed)
		}
	}()
	if err := m.writers(work); err != nil {
		return err
	}
	if err := m.reached("settle"); err != nil {
		return err
	}
	if _, err := m.round(work, withSettle); err != nil {
		return err
	}
	if err := m.reached("leave"); err != nil {
		return err
	}
	err = m.exactly(work, m.from, "Move_Leave", m.token)
	m.left = err == nil || chat.CodeOf(translate(err)) == chat.CodeLineUnavailable // then it is unknown
	return err
}

// change makes the new place the line's. Whatever was written between the pause's end and the old place's was recorded.
func (m *mover) change(ctx context.Context) error {
	if err := m.writers(ctx); err != nil {
		return err
	}
	var n int
	if err := m.from.GetContext(ctx, &n, m.text("Move_Left")); err != nil {
		return err
	}
	if n > 0 {
		if _, err := m.round(ctx, withSettle); err != nil {
			return err
		}
	}
	if err := m.reached("switch"); err != nil {
		return err
	}
	r, err := m.lock.ExecContext(ctx, m.s.main.queries["Line_Move"].text, m.Line, m.To, m.was)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errors.New("the line's entry has changed meanwhile"), err)
	}
	m.opened = time.Now()
	// The nodes would find out by themselves, within seconds or at their next write.
	_, err = m.from.ExecContext(ctx, m.text("Bus_Notify"), channelOf(m.Line), pq.StringArray{movedPayload})
	return err
}

// exactly runs a statement that must find its row.
func (m *mover) exactly(ctx context.Context, in asker, name string, args ...any) error {
	r, err := in.ExecContext(ctx, m.text(name), args...)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errors.New("the pause was over too soon, or another move has begun"), err)
	}
	return nil
}
