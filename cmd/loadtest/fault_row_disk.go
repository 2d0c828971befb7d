package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// diskFull fills the disks of line a's Postgres, first that of its data, then that of its log of changes; meanwhile one node
// has no room for what it logs.
func diskFull(ctx context.Context, t *trial) error {
	b := t.rig.bases["a"]
	release, err := b.onDisks(ctx, 128, 96)
	if err != nil {
		return err
	}
	defer release()
	logs := filepath.Join(t.rig.dir, "logs")
	if err := os.Mkdir(logs, 0o755); err != nil {
		return err
	}
	unmount, err := mounted(logs, 1)
	if err != nil {
		return err
	}
	defer unmount()
	if _, err := fill(logs); err != nil {
		return err
	}
	n := t.rig.nodes[2]
	if err := n.change(ctx, func() { n.log, n.settings = filepath.Join(logs, "log"), []string{"SUPPORT_LOG=debug"} }); err != nil {
		return err
	}
	if err := t.rig.ready(ctx); err != nil {
		return err
	}
	return t.under(ctx, []string{"a", "b"}, 40, 50, func(crews map[string]*crew) error {
		if err := t.full(ctx, crews, "its data", filepath.Join(b.dir, "pg"), func() error { return nil }); err != nil {
			return err
		}
		err := t.full(ctx, crews, "its log", filepath.Join(b.dir, "wal"), func() error {
			_, err := b.query(ctx, "SELECT pg_switch_wal()") // what is left of a piece would last for long
			return err
		})
		if err != nil {
			return err
		}
		accepted, err := n.measure(ctx, "support_messages_total", `"accepted"`)
		if err != nil {
			return err
		}
		st, err := os.Stat(n.log)
		if err != nil {
			return err
		}
		t.figure("%.0f accepted by the node that cannot log", accepted)
		t.must(accepted > 0 && st.Size() == 0, "the node without room for its log accepted %.0f and logged %d bytes", accepted, st.Size())
		return nil
	})
}

// full fills a disk of line a's Postgres, holds that, and gives the room back.
func (t *trial) full(ctx context.Context, crews map[string]*crew, what, dir string, press func() error) error {
	a, b := t.rig.bases["a"], crews["b"]
	crews["a"].mark()
	b.mark()
	ballast, err := fill(dir)
	if err != nil {
		return err
	}
	began := time.Now()
	for crews["a"].window().Answers[503] == 0 {
		_ = press() // it fails when it has done its work
		if time.Since(began) > time.Minute {
			return fmt.Errorf("the disk of %s was full for a minute, and nothing was refused", what)
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	fell := time.Since(began)
	if err := pause(ctx, t.span(6*time.Second, 30*time.Second)); err != nil {
		return err
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	died := a.gone()
	for tries := 0; a.gone(); tries++ { // as a supervisor would
		if err := a.start(ctx); err != nil && tries > 20 {
			return err
		}
	}
	room := time.Now()
	first, err := crews["a"].acceptedAfter(ctx, room)
	if err != nil {
		return err
	}
	if err := crews["a"].drained(ctx, room); err != nil {
		return err
	}
	w, other := crews["a"].window(), b.window()
	how := "Postgres went on"
	if died {
		how = "Postgres ended and was started"
	}
	t.figure("the disk of %s full: 503 from %s on (%d, P50 %s), %s, accepted again after %s, all that waited after %s", what, brief(fell), w.Answers[503], brief(w.Refused.at(50)), how,
		brief(first.Sub(room)), brief(time.Since(room)))
	t.untouched("b", other)
	t.must(w.Dropped == 0, "%d streams were dropped", w.Dropped)
	t.within(first.Sub(room), 10*time.Second, "the first message after there was room again took")
	t.within(time.Since(room), 20*time.Second, "what waited was accepted after")
	return nil
}

// fill fills the disk that a folder is on to the last byte.
func fill(dir string) (ballast string, err error) {
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, zeros{})
	if !errors.Is(err, syscall.ENOSPC) {
		return "", errors.Join(fmt.Errorf("the disk of %s does not get full: %w", dir, err), f.Close())
	}
	return ballast, f.Close()
}

// zeros is a source of them without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// onDisks gives Postgres' data and its log disks of their own, of so many megabytes.
func (b *base) onDisks(ctx context.Context, data, log int) (release func(), err error) {
	if _, err := b.query(ctx, "ALTER SYSTEM SET max_wal_size = '48MB'", "ALTER SYSTEM SET min_wal_size = '32MB'"); err != nil {
		return nil, err
	}
	if err := b.signal(syscall.SIGINT); err != nil {
		return nil, err
	}
	pg, wal, old := filepath.Join(b.dir, "pg"), filepath.Join(b.dir, "wal"), filepath.Join(b.dir, "old")
	if err := os.Rename(pg, old); err != nil {
		return nil, err
	}
	var mounts []func()
	release = func() {
		_ = b.close() // nothing is mounted under a running server's feet
		for _, unmount := range mounts {
			unmount()
		}
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	for _, d := range []struct {
		dir, from string
		size      int
	}{{pg, old, data}, {wal, filepath.Join(old, "pg_wal"), log}} {
		if err := os.Mkdir(d.dir, 0o700); err != nil {
			return nil, err
		}
		unmount, err := mounted(d.dir, d.size)
		if err != nil {
			return nil, err
		}
		mounts = append(mounts, unmount)
		if out, err := exec.CommandContext(ctx, "cp", "-a", d.from+"/.", d.dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("copy %s: %w %s", d.from, err, out)
		}
	}
	inner := filepath.Join(pg, "pg_wal")
	if err := errors.Join(os.RemoveAll(inner), os.Symlink(wal, inner), os.RemoveAll(old)); err != nil {
		return nil, err
	}
	return release, b.start(ctx)
}

// gone reports whether Postgres has ended.
func (b *base) gone() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-b.server.Exited():
		return true
	default:
		return false
	}
}
