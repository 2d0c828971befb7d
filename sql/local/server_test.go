package local_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/lib/pq"
	"go.uber.org/goleak"

	"github.com/taadis/unique-support/sql/local"
)

// fast is for the tests that kill no Postgres, which would lose what it has not written yet.
var fast = local.Options{FastUnsafe: true}

func TestStart(t *testing.T) {
	t.Parallel()

	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		s, err := local.Start(t.Context(), tempDir(t))
		if err != nil {
			t.Fatal(err)
		}
		defer stop(t, s)
		if got := query(t, s.DSN(), "SHOW max_connections"); got != "200" {
			t.Errorf("max_connections = %s, want 200", got)
		}
		if got := query(t, s.DSN(), "SHOW fsync"); got != "on" {
			t.Errorf("fsync = %s, want on", got)
		}
		if got := query(t, s.DSN(), "SELECT upper('é') || (SELECT datcollate FROM pg_database WHERE datname = current_database())"); got != "ÉC" {
			t.Errorf("upper and order = %s, want ÉC", got)
		}
		if err := s.Err(); err != nil {
			t.Errorf("a running server has the error %v", err)
		}
	})

	t.Run("the options arrive", func(t *testing.T) {
		t.Parallel()
		host := freeHost()
		s, err := local.Options{FastUnsafe: true, MaxConnections: 33, Listen: host}.Start(t.Context(), madeDir(t))
		if err != nil {
			t.Fatal(err)
		}
		defer stop(t, s)
		if got := query(t, s.DSN(), "SHOW max_connections"); got != "33" {
			t.Errorf("max_connections = %s, want 33", got)
		}
		if got := query(t, s.DSN(), "SHOW fsync"); got != "off" {
			t.Errorf("fsync = %s, want off", got)
		}
		if host != "" {
			if got := query(t, "user=support dbname=postgres sslmode=disable host="+host, "SHOW max_connections"); got != "33" {
				t.Errorf("max_connections = %s by the network, want 33", got)
			}
		}
	})

	t.Run("a restart keeps the data", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		s := start(t, dir)
		remember(t, s)
		stop(t, s)
		if err := s.Err(); err != nil {
			t.Errorf("a stopped server has the error %v", err)
		}
		recall(t, start(t, dir))
	})

	t.Run("a name that no socket has room for", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(tempDir(t), strings.Repeat("long ", 20))
		s := start(t, dir)
		remember(t, s)
		dsn, err := local.DSN(dir)
		if err != nil || dsn != s.DSN() {
			t.Errorf("DSN = %q, %v, want %q", dsn, err, s.DSN())
		}
		stop(t, s)
		recall(t, start(t, dir))
	})

	t.Run("a name with a comma", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(tempDir(t), "one, two")
		s := start(t, dir)
		remember(t, s)
		stop(t, s)
		recall(t, start(t, dir))
	})

	t.Run("a name with quotes", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(tempDir(t), `it's "a" \[b]`)
		s := start(t, dir)
		remember(t, s)
		stop(t, s)
		recall(t, start(t, dir))
	})

	t.Run("a link to the directory", func(t *testing.T) {
		t.Parallel()
		dir := tempDir(t)
		link := filepath.Join(dir, "link")
		if err := os.Mkdir(filepath.Join(dir, "data"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("data", link); err != nil {
			t.Fatal(err)
		}
		start(t, link)
		if _, err := local.Start(t.Context(), filepath.Join(dir, "data")); !errors.Is(err, local.ErrInUse) {
			t.Errorf("under its other name: %v, want ErrInUse", err)
		}
	})

	t.Run("a directory closed to other users", func(t *testing.T) {
		t.Parallel()
		closed := filepath.Join(tempDir(t), "closed")
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(closed, "data")
		s := start(t, dir)
		remember(t, s)
		stop(t, s)
		recall(t, start(t, dir))
	})

	t.Run("in use", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		s := start(t, dir)
		_, err := local.Start(t.Context(), dir)
		if !errors.Is(err, local.ErrInUse) {
			t.Fatalf("error = %v, want ErrInUse", err)
		}
		if want := "data directory " + dir + " is already in use by another process"; err.Error() != want {
			t.Errorf("error = %q, want %q", err, want)
		}
		remember(t, s) // the refused one did no harm
	})

	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		dir := tempDir(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := local.Start(ctx, dir); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("error = %v, want DeadlineExceeded", err)
		}
		start(t, dir)
	})

	t.Run("a setting that Postgres refuses", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		_, err := local.Options{MaxConnections: -1}.Start(t.Context(), dir)
		if err == nil || !strings.Contains(err.Error(), "max_connections") {
			t.Fatalf("error = %v, want what Postgres said of max_connections", err)
		}
		start(t, dir)
	})

	t.Run("no programs", func(t *testing.T) {
		t.Parallel()
		dir := tempDir(t)
		if _, err := (local.Options{BinDir: dir}).Start(t.Context(), dir); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error = %v, want ErrNotExist", err)
		}
	})
}

func TestServer_Stop(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	dir := madeDir(t)
	s := start(t, dir)
	db := open(t, s.DSN())
	if _, err := db.ExecContext(t.Context(), "SELECT 1"); err != nil {
		t.Fatal(err)
	}

	t.Run("OK with a connection open", func(t *testing.T) {
		stop(t, s)
		select {
		case <-s.Exited():
		default:
			t.Error("Exited is still open after Stop")
		}
		if err := s.Stop(); err != nil {
			t.Errorf("a second Stop: %v", err)
		}
	})

	t.Run("nothing is left", func(t *testing.T) {
		_ = db.Close() // says that its connection is broken, which is right
		left, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range left {
			left[i] = filepath.Base(left[i])
		}
		if got, want := strings.Join(left, " "), "pg pg.lock pg.log"; got != want {
			t.Errorf("the directory holds %s, want %s", got, want)
		}
		goleak.VerifyNone(t, ignore)
	})
}

func TestDSN(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	refused := func(t *testing.T, dir string) {
		t.Helper()
		if _, err := local.DSN(dir); !errors.Is(err, local.ErrNotRunning) || !strings.Contains(err.Error(), dir) {
			t.Errorf("error = %v, want ErrNotRunning with the directory's name", err)
		}
	}
	refused(t, dir)
	refused(t, filepath.Join(dir, "missing"))

	s := start(t, dir)
	dsn, err := local.DSN(dir)
	if err != nil {
		t.Fatal(err)
	}
	query(t, dsn, "SELECT 1")

	stop(t, s)
	refused(t, dir)
}

func TestServer_log(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	s := start(t, dir)
	db := open(t, s.DSN())
	ctx := t.Context()
	if _, err := db.ExecContext(ctx, "CREATE TABLE said (words text UNIQUE)"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, _ = db.ExecContext(ctx, "INSERT INTO said VALUES ('my secret')")
	}
	b, err := os.ReadFile(filepath.Join(dir, "pg.log"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), "said_words_key") {
		t.Error("the log does not have the violated constraint")
	}
	if strings.Contains(string(b), "my secret") {
		t.Error("the log has what a visitor wrote")
	}
}

// tempDir makes a directory that the user postgres can reach, unlike t.TempDir.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "local-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// madeDir is a tempDir with a cluster in it, which is copied far faster than made.
func madeDir(t *testing.T) string {
	t.Helper()
	dir := tempDir(t)
	if out, err := exec.Command("cp", "-a", madeData, dir).CombinedOutput(); err != nil {
		t.Fatalf("copy the cluster: %v: %s", err, out)
	}
	return dir
}

// freeHost finds an address of this machine at which nobody has Postgres' port; "" where there is only one.
func freeHost() string {
	for i := range 100 {
		host := fmt.Sprintf("127.9.%d.%d", os.Getpid()%250, i+1)
		if l, err := net.Listen("tcp", host+":5432"); err == nil && l.Close() == nil {
			return host
		}
	}
	return ""
}

func start(t *testing.T, dir string) *local.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := fast.Start(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *local.Server) {
	t.Helper()
	if err := s.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func query(t *testing.T, dsn, q string) (s string) {
	t.Helper()
	db := open(t, dsn)
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), q).Scan(&s); err != nil {
		t.Fatalf("%s: %v", q, err)
	}
	return s
}

func remember(t *testing.T, s *local.Server) {
	t.Helper()
	query(t, s.DSN(), "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here'); SELECT word FROM kept")
}

func recall(t *testing.T, s *local.Server) {
	t.Helper()
	if got := query(t, s.DSN(), "SELECT word FROM kept"); got != "here" {
		t.Errorf("kept = %q, want here", got)
	}
}
