package sql

import (
	"cmp"
	"context"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lib/pq"

	"github.com/taadis/unique-support/core/chat"
)

// lookAgain is the least time between two readings of the lines that refused writes ask for.
const lookAgain = 50 * time.Millisecond

// epochKeep is how long a line's epoch is believed without asking.
const epochKeep = 10 * time.Second

// place is where a line's conversations are.
type place struct {
	line chat.Line
	// left is where a copy is that a move left behind; guarded by Store.mu.
	left stdsql.NullString
	pool *pool
	// behind is set while this process could not yet bring the line's schema up to date, mending while it tries; guarded by Store.mu.
	behind, mending bool

	mu      sync.Mutex
	epoch   string
	epochAt time.Time
}

func schemaOf(line string) string { return "line_" + line }

// sourceOf says where a line is: in its own database or, when it has none, in the main one.
func (s *Store) sourceOf(l chat.Line) (source, error) {
	from, err := sourceOf(cmp.Or(l.DSN, s.o.DSN), schemaOf(l.Name))
	if err != nil {
		return from, chat.Invalid("dsn", "The address of the database cannot be read.")
	}
	return from, nil
}

type lineRow struct {
	Name       string         `db:"name"`
	Title      string         `db:"title"`
	Color      string         `db:"color"`
	DSN        string         `db:"dsn"`
	Origins    pq.StringArray `db:"origins"`
	Locale     string         `db:"locale"`
	Greeting   []byte         `db:"greeting"`
	ReplyTime  int            `db:"reply_time"`
	Signing    chat.Signing   `db:"signing"`
	Secrets    pq.StringArray `db:"identity_secrets"`
	Hours      []byte         `db:"hours"`
	Questions  []byte         `db:"questions"`
	Attributes []byte         `db:"attributes"`
	Queue      []byte         `db:"queue"`
	Escalates  []byte         `db:"escalation"`
	Routing    []byte         `db:"routing"`
	// Left is where a copy is that a move left behind.
	Left stdsql.NullString `db:"left_dsn"`
	pushRow
}

func (r lineRow) line() (chat.Line, error) {
	l := chat.Line{Name: r.Name, Title: r.Title, Color: r.Color, DSN: r.DSN, Origins: r.Origins, Locale: r.Locale, ReplyTime: r.ReplyTime,
		Identity: chat.Identity{Signing: r.Signing, Secrets: r.Secrets}, Push: r.push()}
	if err := json.Unmarshal(r.Greeting, &l.Greeting); err != nil {
		return l, fmt.Errorf("read greeting of %s: %w", r.Name, err)
	}
	if err := json.Unmarshal(r.Hours, &l.Hours); err != nil {
		return l, fmt.Errorf("read hours of %s: %w", r.Name, err)
	}
	if err := json.Unmarshal(r.Questions, &l.Questions); err != nil {
		return l, fmt.Errorf("read questions of %s: %w", r.Name, err)
	}
	if err := json.Unmarshal(r.Queue, &l.Queue); err != nil {
		return l, fmt.Errorf("read queue of %s: %w", r.Name, err)
	}
	if err := json.Unmarshal(r.Escalates, &l.Escalation); err != nil {
		return l, fmt.Errorf("read escalation of %s: %w", r.Name, err)
	}
	if err := json.Unmarshal(r.Attributes, &l.Attributes); err != nil {
		return l, fmt.Errorf("read attributes of %s: %w", r.Name, err)
	}
	if len(l.Attributes) == 0 {
		l.Attributes = nil
	}
	if len(l.Questions) == 0 {
		l.Questions = nil
	}
	if err := json.Unmarshal(r.Routing, &l.Routing); err != nil {
		return l, fmt.Errorf("read routing of %s: %w", r.Name, err)
	}
	return l, nil
}

// Lines returns every line, by name, as last read; no line is forgotten because a database is away.
func (s *Store) Lines() []chat.Line {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]chat.Line, 0, len(s.lines))
	for _, p := range s.lines {
		all = append(all, p.line)
	}
	slices.SortFunc(all, func(a, b chat.Line) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Line returns one line, or chat.NotFound.
func (s *Store) Line(name string) (chat.Line, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.lines[name]
	if !ok {
		return chat.Line{}, chat.NotFound()
	}
	return p.line, nil
}

// Load reads the lines from the main database, and opens a pool for each that is new or has moved. It waits for no line's database.
func (s *Store) Load(ctx context.Context) error {
	var rows []lineRow
	if err := s.main.selectAll(ctx, &rows, "Line_List"); err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	for _, r := range rows {
		l, err := r.line()
		if err == nil {
			err = s.keep(l, r.Left)
		}
		if err != nil {
			s.log.ErrorContext(ctx, "line left out", "line", r.Name, "error", err)
		}
	}
	s.forget(rows)
	return nil
}

// Refresh reads the lines again, and begins to bring those up to date whose database was away when it was their turn. Whoever
// runs a node calls it every few seconds, so that lines made by another process appear; it waits for no line's database.
func (s *Store) Refresh(ctx context.Context) error {
	err := s.Load(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.lines {
		if p.behind && !p.mending && !s.closed {
			p.mending = true
			s.background.Go(func() { s.mend(p) })
		}
	}
	return err
}

// mend brings one line up to date.
func (s *Store) mend(p *place) {
	s.mu.RLock()
	l := p.line
	s.mu.RUnlock()
	if err := s.migrateLines(s.running, []chat.Line{l}); err != nil {
		s.log.Warn("line not migrated", "line", l.Name, "error", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.mending = false
}

// PutLine makes a line's database ready, then creates or changes the line. One that is there stays in its database, whatever
// l.DSN says: see MoveLine. It keeps its Identity, Hours, Questions, Queue, Routing and Push too: see SetIdentity, SetHours, SetQuestions, SetQueue, ChangeTeam and SetPush.
func (s *Store) PutLine(ctx context.Context, l chat.Line) error {
	l.Color = cmp.Or(l.Color, "#176b87")
	l.Locale = cmp.Or(l.Locale, "zh-CN")
	if err := l.Check(); err != nil {
		return err
	}
	if l.Origins == nil {
		l.Origins = []string{}
	}
	if l.Greeting == nil {
		l.Greeting = map[string]string{}
	}
	greeting, err := json.Marshal(l.Greeting)
	if err != nil {
		return fmt.Errorf("write greeting: %w", err)
	}
	if known, err := s.Line(l.Name); err == nil {
		l.DSN = known.DSN // a line that is there stays where it is
	}
	if err := s.migrateLine(ctx, l); err != nil {
		return err
	}
	row := lineRow{
		Name: l.Name, Title: l.Title, Color: l.Color, DSN: l.DSN, Origins: l.Origins, Locale: l.Locale, Greeting: greeting, ReplyTime: l.ReplyTime,
	}
	if err := s.main.get(ctx, &row, "Line_Put", row); err != nil {
		return fmt.Errorf("put line %s: %w", l.Name, err)
	}
	if l, err = row.line(); err != nil {
		return err
	}
	if err := s.keep(l, stdsql.NullString{}); err != nil {
		return err
	}
	s.setBehind(l, false)
	return nil
}

// SetIdentity sets how the line knows who its visitors are; the other nodes hear of it within seconds.
func (s *Store) SetIdentity(ctx context.Context, line string, i chat.Identity) error {
	if err := i.Check(); err != nil {
		return err
	}
	n, err := s.main.exec(ctx, "Line_Identity", line, i.Signing, append(pq.StringArray{}, i.Secrets...))
	if err != nil {
		return fmt.Errorf("set the identity of %s: %w", line, err)
	}
	if n == 0 {
		return chat.NotFound()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.lines[line]; p != nil {
		p.line.Identity = i
	}
	return nil
}

// Epoch names the history of the line's database. While that is away, it is the one that was last read.
func (s *Store) Epoch(ctx context.Context, line string) (string, error) {
	p, err := s.place(line)
	if err != nil {
		return "", err
	}
	if epoch, fresh := p.knownEpoch(); fresh {
		return epoch, nil
	}
	var epoch string
	if err := p.pool.get(ctx, &epoch, "Epoch_Get"); err != nil {
		if known, _ := p.knownEpoch(); known != "" && chat.CodeOf(err) == chat.CodeLineUnavailable {
			return known, nil
		}
		return "", fmt.Errorf("read epoch of %s: %w", line, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.epoch, p.epochAt = epoch, time.Now()
	return epoch, nil
}

func (p *place) knownEpoch() (epoch string, fresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.epoch, p.epoch != "" && time.Since(p.epochAt) < epochKeep
}

// Ping reports whether the line's database answers, within a second; the main database has the name "".
func (s *Store) Ping(ctx context.Context, line string) error {
	if line == "" {
		return s.main.ping(ctx)
	}
	for a := range ask(ctx, s, []string{line}, func(ctx context.Context, p *pool) (struct{}, error) { return struct{}{}, p.ping(ctx) }) {
		return a.err
	}
	return nil
}

func (p *pool) ping(ctx context.Context) error {
	return p.call(ctx, func(ctx context.Context, p *pool) error { return p.db.PingContext(ctx) })
}

// look reads the lines again because the pool's line seems to be elsewhere: one reading at a time, for everybody who wants
// one, and none so soon after another that a line whose move has stopped half-way would keep the main database busy.
func (s *Store) look(ctx context.Context, old *pool) {
	looked := s.looking.DoChan("", func() (any, error) {
		if old.heir.Load() == nil && time.Since(time.Unix(0, s.looked.Load())) >= lookAgain {
			if err := s.Load(context.WithoutCancel(ctx)); err != nil {
				s.log.WarnContext(ctx, "lines not read again", "error", err)
			}
			s.looked.Store(time.Now().UnixNano())
		}
		return nil, nil
	})
	select {
	case <-looked:
	case <-ctx.Done():
	}
}

// keep takes a line into the list, with a pool of its own.
func (s *Store) keep(l chat.Line, left stdsql.NullString) error {
	from, err := s.sourceOf(l)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errors.New("the store is closed")
	}
	known := s.lines[l.Name]
	if known != nil && known.line.DSN == l.DSN {
		known.line, known.left = l, left
		return nil
	}
	p := &place{line: l, left: left, pool: newPool(from, s.queries, s.o.MaxOpen)}
	p.pool.moved = func(ctx context.Context) { s.look(ctx, p.pool) }
	s.lines[l.Name] = p
	if known != nil {
		known.pool.heir.Store(p.pool)
		go known.pool.close() //nolint:errcheck // its calls end by themselves, in seconds
	}
	return nil
}

// forget drops the lines that a successful reading did not find.
func (s *Store) forget(rows []lineRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, p := range s.lines {
		if !slices.ContainsFunc(rows, func(r lineRow) bool { return r.Name == name }) {
			delete(s.lines, name)
			go p.pool.close() //nolint:errcheck // as in keep
		}
	}
}

func (s *Store) setBehind(l chat.Line, behind bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.lines[l.Name]; p != nil && p.line.DSN == l.DSN {
		p.behind = behind
	}
}
