package sqltest_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/lib/pq"
	"go.uber.org/goleak"

	"github.com/taadis/unique-support/sql/sqltest"
)

var prepared atomic.Int64

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(sqltest.Main{M: m, Prepare: prepare})
}

func prepare(ctx context.Context, dsn string) error {
	prepared.Add(1)
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "CREATE TABLE word (w text); INSERT INTO word VALUES ('from the template')")
	return errors.Join(err, db.Close())
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for range 8 {
		t.Run("OK", func(t *testing.T) {
			t.Parallel()
			db := open(t, sqltest.Open(t))
			if got := count(t, db); got != 1 {
				t.Errorf("%d rows, want the template's one", got)
			}
			if _, err := db.ExecContext(t.Context(), "INSERT INTO word VALUES ('mine alone')"); err != nil {
				t.Error(err)
			}
			if got := prepared.Load(); got != 1 {
				t.Errorf("prepared %d times, want once", got)
			}
		})
	}

	t.Run("two of one test differ", func(t *testing.T) {
		t.Parallel()
		if a, b := sqltest.Open(t), sqltest.Open(t); a == b {
			t.Errorf("both are %s", a)
		}
	})

	t.Run("dropped at the end, connected or not", func(t *testing.T) {
		t.Parallel()
		var dsn string
		t.Run("test", func(t *testing.T) {
			dsn = sqltest.Open(t)
			db, err := sql.Open("postgres", dsn)
			if err != nil {
				t.Fatal(err)
			}
			count(t, db)
			defer t.Cleanup(func() { _ = db.Close() })
		})
		if err := open(t, dsn).PingContext(t.Context()); err == nil || !strings.Contains(err.Error(), "does not exist") {
			t.Errorf("error = %v, want that the database does not exist", err)
		}
	})
}

func TestOpen_leavesNoGoroutine(t *testing.T) {
	open(t, sqltest.Open(t)).Close()
	goleak.VerifyNone(t, goleak.IgnoreAnyFunction(sqltest.Background))
}

func TestTemplate_Open(t *testing.T) {
	t.Parallel()

	t.Run("OK, empty", func(t *testing.T) {
		t.Parallel()
		template := sqltest.NewTemplate(nil)
		for range 2 {
			var tables int
			err := open(t, template.Open(t)).QueryRowContext(t.Context(),
				"SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables)
			if err != nil || tables != 0 {
				t.Errorf("%d tables, %v, want none", tables, err)
			}
		}
	})

	t.Run("a failed preparation stops every test", func(t *testing.T) {
		t.Parallel()
		var calls int
		template := sqltest.NewTemplate(func(context.Context, string) error {
			calls++
			return errors.New("no such migration")
		})
		for range 2 {
			r := &recorder{TB: t}
			r.open(template)
			if !strings.Contains(r.fatal, "prepare the template: no such migration") {
				t.Errorf("the test ended with %q", r.fatal)
			}
		}
		if calls != 1 {
			t.Errorf("prepared %d times, want once", calls)
		}
	})
}

// TestMain_otherProcesses runs this test binary again: on servers of their own, and on one that both share.
func TestMain_otherProcesses(t *testing.T) {
	t.Parallel()
	given := os.Getenv("SUPPORT_TEST_DATABASE_URL") != ""

	t.Run("OK, each with its server", func(t *testing.T) {
		if given {
			t.Skip("there is one server")
		}
		twice(t)
	})

	t.Run("OK, with one server", func(t *testing.T) {
		if given {
			t.Skip("this is the inner run")
		}
		dsn := sqltest.Open(t)
		twice(t, "SUPPORT_TEST_DATABASE_URL="+dsn)
		twice(t, "SUPPORT_TEST_DATABASE_URL="+asURL(dsn))
		var left int
		err := open(t, dsn).QueryRowContext(t.Context(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'sqltest%'"+
			" AND datname NOT LIKE substring(current_database() from '^sqltest_[^_]+') || '%'").Scan(&left)
		if err != nil || left != 0 {
			t.Errorf("%d databases are left, %v", left, err)
		}
	})
}

func twice(t *testing.T, env ...string) {
	t.Helper()
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOpen$")
			cmd.Env = append(os.Environ(), env...)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	wg.Wait()
}

// asURL writes a data source name in its other form.
func asURL(dsn string) string {
	q := url.Values{}
	for field := range strings.FieldsSeq(dsn) {
		k, v, _ := strings.Cut(field, "=")
		q.Set(k, strings.Trim(v, "'"))
	}
	name := q.Get("dbname")
	q.Del("dbname")
	return "postgres:///" + name + "?" + q.Encode()
}

// recorder is a test whose end by Fatalf can be watched.
type recorder struct {
	testing.TB
	fatal string
}

func (r *recorder) Fatalf(format string, args ...any) {
	for _, a := range args {
		if err, ok := a.(error); ok {
			r.fatal = err.Error()
		}
	}
	panic(r)
}

func (r *recorder) open(p *sqltest.Template) {
	defer func() {
		if got := recover(); got != r {
			panic(got)
		}
	}()
	p.Open(r)
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

func count(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM word").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
