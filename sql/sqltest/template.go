package sqltest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

const (
	prepareTimeout = 2 * time.Minute
	cloneTimeout   = time.Minute
)

// Template is a database that is made once in a test process and cloned for every test that opens it. Tests that need a
// second kind of database keep one in a package variable, beside the kind that Run was given.
type Template struct {
	prepare Prepare

	mu   sync.Mutex
	name string // once made
	err  error  // why it cannot be
}

// NewTemplate is a template that prepare fills when the first test opens it; a nil prepare leaves it empty.
func NewTemplate(prepare Prepare) *Template {
	return &Template{prepare: prepare}
}

// Open makes a database for t alone, a clone of the template, and returns its data source name. It is dropped when t
// ends, whoever is still connected. It needs Run in TestMain.
func (p *Template) Open(t testing.TB) (dsn string) {
	t.Helper()
	s := current(t).server
	if err := s.start(); err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	template, err := p.make(s)
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	name := s.newName()
	ctx, cancel := context.WithTimeout(t.Context(), cloneTimeout)
	defer cancel()
	if err := s.exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatalf("sqltest: clone the template: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), cloneTimeout)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("sqltest: %v", err)
		}
	})
	return s.dsn(name)
}

// make makes the template unless it is made. A failure is kept too: every test would meet it again.
func (p *Template) make(s *server) (name string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.name != "" || p.err != nil {
		return p.name, p.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), prepareTimeout) // it outlives the test that asked first
	defer cancel()
	name = s.newName()
	if p.err = p.fill(ctx, s, name); p.err == nil {
		p.name = name
	}
	return p.name, p.err
}

func (p *Template) fill(ctx context.Context, s *server, name string) error {
	if err := s.exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0", name)); err != nil {
		return fmt.Errorf("create the template: %w", err)
	}
	s.dropAtEnd(name)
	if p.prepare == nil {
		return nil
	}
	if err := p.prepare(ctx, s.dsn(name)); err != nil {
		return fmt.Errorf("prepare the template: %w", err)
	}
	// Postgres clones only a database to which nobody is connected, an autovacuum worker included.
	if err := s.exec(ctx, fmt.Sprintf("ALTER DATABASE %s WITH ALLOW_CONNECTIONS false", name)); err != nil {
		return fmt.Errorf("close the template: %w", err)
	}
	return nil
}
