package sql

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"

	"github.com/taadis/unique-support/core/chat"
)

// Options say where the main database is.
type Options struct {
	// DSN is a URL or key=value pairs, as libpq reads them.
	DSN string
	// MaxOpen is how many connections each pool opens at most; 0 is 20. There is a pool for the main database and one a line.
	MaxOpen int
	// Log is told of lines whose database is away; nil is slog.Default.
	Log *slog.Logger
}

// Store keeps everything in Postgres; see core/desk's ports for what each method promises.
type Store struct {
	o       Options
	main    *pool
	queries map[string]query // of lines
	log     *slog.Logger

	mu     sync.RWMutex
	lines  map[string]*place
	closed bool

	located located

	// looking and looked keep the readings that refused writes ask for apart; see look.
	looking singleflight.Group
	looked  atomic.Int64

	// running ends when the store does, and background with it.
	running    context.Context
	stop       context.CancelFunc
	background sync.WaitGroup
}

// Open reads the DSN; it does not wait for the database.
func Open(ctx context.Context, o Options) (*Store, error) {
	from, err := sourceOf(o.DSN, "")
	if err != nil {
		return nil, fmt.Errorf("open main database: %w", err)
	}
	if o.MaxOpen <= 0 {
		o.MaxOpen = 20
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	mainQueries, err := loadQueries(queryFiles, "queries/main")
	if err != nil {
		return nil, fmt.Errorf("load statements: %w", err)
	}
	lineQueries, err := loadQueries(queryFiles, "queries/line")
	if err != nil {
		return nil, fmt.Errorf("load statements: %w", err)
	}
	s := &Store{
		o: o, log: o.Log, queries: lineQueries,
		main:  newPool(from, mainQueries, o.MaxOpen),
		lines: map[string]*place{},
	}
	s.running, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	s.background.Go(func() { s.sweepSessions(s.running) })
	return s, nil
}

// Close ends every connection when its call has ended.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	places := slices.Collect(maps.Values(s.lines))
	s.mu.Unlock()
	s.stop()
	s.background.Wait()
	errs := []error{s.main.close()}
	for _, p := range places {
		errs = append(errs, p.pool.close())
	}
	return errors.Join(errs...)
}

// line returns a line's pool, or chat.NotFound.
func (s *Store) line(name string) (*pool, error) {
	p, err := s.place(name)
	if err != nil {
		return nil, err
	}
	return p.pool, nil
}

func (s *Store) place(name string) (*place, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, ok := s.lines[name]
	if !ok {
		return nil, chat.NotFound()
	}
	return p, nil
}
