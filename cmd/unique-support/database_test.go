package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestDatabase_watch(t *testing.T) {
	t.Parallel()
	// A socket cannot have so long a name, so it is elsewhere.
	dir := filepath.Join(folder(t), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	open := func(t *testing.T) *database {
		t.Helper()
		c, log := configure(t, dir)
		db, err := c.ready(t.Context(), c.logger(), false)
		if err != nil {
			t.Fatalf("%v\n%s", err, log)
		}
		return db
	}
	kill := func(t *testing.T) (pid int) {
		t.Helper()
		pid = postmaster(t, dir)
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	t.Run("a private Postgres that ended is there again", func(t *testing.T) {
		db := open(t)
		for range 2 {
			before := kill(t)
			eventually(t, "another Postgres", func() bool {
				pid, err := os.ReadFile(filepath.Join(dir, "postgres", "pg", "postmaster.pid"))
				return err == nil && strings.Contains(string(pid), "ready") && postmaster(t, dir) != before
			})
			eventually(t, "answered", func() bool { return db.Ping(t.Context(), "") == nil })
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Run("closed while it is being started again, it ends", func(t *testing.T) {
		for range 2 {
			db := open(t)
			kill(t)
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			if left, err := filepath.Glob(filepath.Join(dir, "postgres", "pg.socket")); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		}
	})
}
