package sqltest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/lib/pq" // the driver

	"github.com/taadis/unique-support/sql/local"
)

const (
	startTimeout   = 2 * time.Minute
	dirPrefix      = "unique-support-sqltest-"
	leftAfter      = 2 * time.Hour
	maxConnections = 400 // parallel tests, each with a pool or two
)

// server is the Postgres of this test process, started by the first test that needs it.
type server struct {
	prefix string // of its databases, so that test processes can share a server
	last   atomic.Int64

	once  sync.Once
	err   error
	admin string // data source name of the database from which the others are made
	dir   string // of the private server
	local *local.Server

	mu        sync.Mutex
	templates []string
}

func newServer() *server {
	return &server{prefix: "sqltest_" + strings.ToLower(rand.Text()[:12])}
}

func (s *server) start() error {
	s.once.Do(func() { s.err = s.open() })
	return s.err
}

func (s *server) open() (err error) {
	if s.admin = os.Getenv("SUPPORT_TEST_DATABASE_URL"); s.admin != "" {
		return nil
	}
	removeLeft()
	if s.dir, err = os.MkdirTemp("", dirPrefix); err != nil {
		return fmt.Errorf("make a directory for Postgres: %w", err)
	}
	if err := os.Chmod(s.dir, 0o755); err != nil { // Postgres may run as another user
		return fmt.Errorf("open the directory of Postgres: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if s.local, err = (local.Options{FastUnsafe: true, MaxConnections: maxConnections}).Start(ctx, s.dir); err != nil {
		return err
	}
	s.admin = s.local.DSN()
	return nil
}

// stop ends the private server, or removes the templates from the given one.
func (s *server) stop() error {
	if s.local == nil {
		return errors.Join(s.dropTemplates(), s.removeDir())
	}
	return errors.Join(s.local.Stop(), s.removeDir())
}

func (s *server) removeDir() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

func (s *server) dropAtEnd(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templates = append(s.templates, name)
}

func (s *server) dropTemplates() error {
	ctx, cancel := context.WithTimeout(context.Background(), cloneTimeout)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, name := range s.templates {
		errs = append(errs, s.drop(ctx, name))
	}
	return errors.Join(errs...)
}

// newName is a name that needs no quotes.
func (s *server) newName() string { return fmt.Sprintf("%s_%d", s.prefix, s.last.Add(1)) }

// dsn is that of the admin database with another name.
func (s *server) dsn(name string) string {
	if u, err := url.Parse(s.admin); err == nil && u.Scheme != "" {
		u.Path = "/" + name
		return u.String()
	}
	return s.admin + " dbname=" + name // the later name wins
}

func (s *server) drop(ctx context.Context, name string) error {
	if err := s.exec(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name)); err != nil {
		return fmt.Errorf("drop %s: %w", name, err)
	}
	return nil
}

// exec runs one statement on a connection of its own: a pool kept open is a goroutine that a test could take for its leak.
func (s *server) exec(ctx context.Context, statement string) error {
	db, err := sql.Open("postgres", s.admin)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statement)
	return errors.Join(err, db.Close())
}

// removeLeft removes the directories of test processes that were killed, after a time in which none would still be
// starting. Nothing depends on it, so a failure is left to the next.
func removeLeft() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), dirPrefix+"*"))
	for _, dir := range dirs {
		st, err := os.Stat(dir)
		if err != nil || time.Since(st.ModTime()) < leftAfter {
			continue
		}
		if _, err := local.DSN(dir); errors.Is(err, local.ErrNotRunning) {
			_ = os.RemoveAll(dir)
		}
	}
}
