package sqltest

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
)

// Background is the function of the one goroutine that stays behind a test: it waits for the private server.
const Background = "github.com/taadis/unique-support/sql/local.(*process).watch"

// Prepare makes the database dsn, which is empty, what tests want to find. It must close its connections.
type Prepare = func(ctx context.Context, dsn string) error

// running is the run of this process. Open is given a test and nothing else, so this is the one way for it to find
// the server; Main sets it before the first test and takes it back after the last.
var running atomic.Pointer[run]

type run struct {
	server   *server
	template *Template
}

// Run runs the tests of m, each clone made from what prepare left, and returns the exit code for os.Exit.
// A nil prepare makes the clones empty.
func Run(m *testing.M, prepare Prepare) int {
	return Main{M: m, Prepare: prepare}.Run()
}

// Main is Run as a value that goleak.VerifyTestMain takes.
type Main struct {
	M       interface{ Run() int } // a *testing.M
	Prepare Prepare
}

// Run runs the tests and stops what they started.
func (m Main) Run() (code int) {
	r := &run{server: newServer(), template: NewTemplate(m.Prepare)}
	if !running.CompareAndSwap(nil, r) {
		panic("sqltest: two runs in one process")
	}
	defer running.Store(nil)
	defer func() {
		if err := r.server.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "sqltest:", err)
			code = max(code, 1)
		}
	}()
	return m.M.Run()
}

// Open makes a database for t alone, a clone of what Run's prepare left, and returns its data source name.
// It is dropped when t ends, whoever is still connected.
func Open(t testing.TB) (dsn string) {
	t.Helper()
	return current(t).template.Open(t)
}

func current(t testing.TB) *run {
	t.Helper()
	r := running.Load()
	if r == nil {
		t.Fatal("sqltest: call sqltest.Run in TestMain")
	}
	return r
}
