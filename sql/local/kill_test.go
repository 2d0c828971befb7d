package local_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/taadis/unique-support/sql/local"
)

// serveDir names the directory that a child of these tests serves, as the program would, until it is killed.
const serveDir = "LOCAL_TEST_SERVE_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(serveDir); dir != "" {
		s, err := local.Start(context.Background(), dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println("ready")
		<-s.Exited()
		select {} // it was Postgres that was killed, not we
	}
	os.Exit(run(m))
}

// madeData is a cluster that madeDir copies; TestMain makes it.
var madeData string

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "local-test-made-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.Chmod(dir, 0o755)
	}
	if err == nil {
		err = makeData(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	madeData = filepath.Join(dir, "pg")
	return m.Run()
}

func makeData(dir string) error {
	s, err := fast.Start(context.Background(), dir)
	if err != nil {
		return err
	}
	return s.Stop()
}

func TestStart_afterKill(t *testing.T) {
	t.Parallel()

	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		s, err := local.Start(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer stop(t, s)
		remember(t, s)
		kill(t, postmaster(t, dir))
		select {
		case <-s.Exited():
		case <-time.After(10 * time.Second):
			t.Fatal("Exited is still open after the kill")
		}
		if err := s.Err(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Errorf("Err = %v, want that it was killed", err)
		}
		stop(t, s)
		recall(t, start(t, dir))
	})

	t.Run("this program", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		app := serve(t, dir)
		rememberIn(t, dir)
		app.kill()
		recall(t, start(t, dir)) // while the old server is still shutting down
	})

	t.Run("both", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		app := serve(t, dir)
		rememberIn(t, dir)
		kill(t, postmaster(t, dir))
		app.kill()
		recall(t, start(t, dir))
	})

	t.Run("this program, with Postgres too busy to notice", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		app := serve(t, dir)
		rememberIn(t, dir)
		pid := postmaster(t, dir)
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		app.kill()
		time.AfterFunc(200*time.Millisecond, func() { // a stopped process hears a signal only once it goes on
			_ = syscall.Kill(pid, syscall.SIGCONT)
		})
		recall(t, start(t, dir))
	})

	t.Run("initdb", func(t *testing.T) {
		t.Parallel()
		dir := tempDir(t)
		app := child(t, dir)
		eventually(t, "initdb works", func() bool {
			m, _ := filepath.Glob(filepath.Join(dir, "pg.init-*", "base"))
			return len(m) > 0
		})
		app.kill()
		remember(t, start(t, dir))
		if m, _ := filepath.Glob(filepath.Join(dir, "pg.init-*")); len(m) > 0 {
			t.Errorf("%v is left", m)
		}
	})

	t.Run("litter of an initdb", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		old := filepath.Join(dir, "pg.init-123", "base")
		if err := os.MkdirAll(old, 0o755); err != nil {
			t.Fatal(err)
		}
		start(t, dir)
		if _, err := os.Stat(filepath.Dir(old)); !os.IsNotExist(err) {
			t.Errorf("the litter is left: %v", err)
		}
	})

	t.Run("a number that is somebody else's now", func(t *testing.T) {
		t.Parallel()
		dir := madeDir(t)
		s := start(t, dir)
		remember(t, s)
		stop(t, s)
		stale := fmt.Sprintf("%d\n%s\n", os.Getpid(), filepath.Join(dir, "pg"))
		if err := os.WriteFile(filepath.Join(dir, "pg", "postmaster.pid"), []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
		recall(t, start(t, dir))
	})
}

// serve runs a child that serves dir and waits until it does.
func serve(t *testing.T, dir string) *app {
	t.Helper()
	a := child(t, dir)
	eventually(t, "the child serves", func() bool {
		_, err := local.DSN(dir)
		return err == nil
	})
	return a
}

// app is the child.
type app struct {
	process *os.Process
	gone    chan struct{}
}

func (a *app) kill() {
	_ = a.process.Kill() // it may have gone
	<-a.gone
}

func child(t *testing.T, dir string) *app {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveDir+"="+dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a := &app{process: cmd.Process, gone: make(chan struct{})}
	go func() {
		defer close(a.gone)
		_ = cmd.Wait()
	}()
	t.Cleanup(a.kill)
	return a
}

func rememberIn(t *testing.T, dir string) {
	t.Helper()
	dsn, err := local.DSN(dir)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server answers", func() bool {
		return open(t, dsn).PingContext(t.Context()) == nil
	})
	query(t, dsn, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here'); SELECT word FROM kept")
}

func postmaster(t *testing.T, dir string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(b), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
