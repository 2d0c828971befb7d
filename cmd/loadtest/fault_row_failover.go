package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// failover kills line a's Postgres and puts a standby in its place that every commit had waited for.
func failover(ctx context.Context, t *trial) error {
	s, err := t.standby(ctx, true)
	if err != nil {
		return err
	}
	return t.under(ctx, []string{"a", "b"}, 40, 50, func(crews map[string]*crew) error {
		a := crews["a"]
		if err := pause(ctx, t.span(3*time.Second, 20*time.Second)); err != nil {
			return err
		}
		a.mark()
		crews["b"].mark()
		died := time.Now()
		if err := s.old.signal(syscall.SIGKILL); err != nil {
			return err
		}
		s.old.proxy.cut() // what is left of the old one is kept from working on
		if err := s.promote(ctx, t.rig); err != nil {
			return err
		}
		ready := time.Now()
		first, err := a.acceptedAfter(ctx, ready)
		if err != nil {
			return err
		}
		if err := a.drained(ctx, ready); err != nil {
			return err
		}
		w := a.window()
		t.figure("the standby took over after %s", brief(ready.Sub(died)))
		t.recovery(w, series{first.Sub(ready)}, series{time.Since(ready)})
		t.untouched("b", crews["b"].window())
		return nil
	})
}

// lagging does the same with a standby that was behind: what it did not have is lost, that and nothing else, and every screen is told.
func lagging(ctx context.Context, t *trial) error {
	s, err := t.standby(ctx, false)
	if err != nil {
		return err
	}
	return t.underCrews(ctx, []string{"a"}, crewOptions{Talks: 30, Rate: 60, Resets: true}, func(crews map[string]*crew) error {
		a := crews["a"]
		if err := a.begun(ctx); err != nil {
			return err
		}
		behind := a.accepted.Load()
		if err := s.forget(ctx); err != nil {
			return err
		}
		if err := pause(ctx, t.span(3*time.Second, 10*time.Second)); err != nil {
			return err
		}
		s.old.proxy.cut()
		if _, err := s.old.query(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk'"); err != nil {
			return err
		}
		missing, err := s.old.messages(ctx, "a")
		if err != nil {
			return err
		}
		if err := s.old.signal(syscall.SIGKILL); err != nil {
			return err
		}
		behind = a.accepted.Load() - behind
		s.lags = true
		if err := s.promote(ctx, t.rig); err != nil {
			return err
		}
		// The proxy has let nobody in yet who could write.
		after, err := s.now.messages(ctx, "a")
		if err != nil {
			return err
		}
		for id := range after {
			delete(missing, id)
		}
		if err := s.now.proxy.mend(); err != nil {
			return err
		}
		t.figure("%d were accepted while the standby was behind", behind)
		if err := t.afterwards(ctx, a, missing); err != nil {
			return err
		}
		t.must(int64(len(a.losses.all)) <= behind, "%d were lost", len(a.losses.all))
		return nil
	})
}

// standby is a copy of line a's Postgres that follows it.
type standby struct {
	old, now *base
	// lags says that it lacks something: its history is another one then, and the nodes are let in by who knows what.
	lags bool
}

// standby makes one; with sync, commits wait for it.
func (t *trial) standby(ctx context.Context, sync bool) (*standby, error) {
	old := t.rig.bases["a"]
	s := &standby{old: old, now: &base{name: "a", dir: filepath.Join(t.rig.dir, "pg-standby"), psql: old.psql, options: old.options}}
	data := filepath.Join(s.now.dir, "pg")
	if err := os.Mkdir(s.now.dir, 0o755); err != nil {
		return nil, err
	}
	if err := old.tool(ctx, "pg_basebackup", "--pgdata="+data, "--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf"); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "chown", "-R", "--reference="+filepath.Join(old.dir, "pg"), data).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("chown: %w %s", err, out)
	}
	var err error
	if s.now.options.Listen, err = freeHost(); err != nil {
		return nil, err
	}
	if err := s.now.start(ctx); err != nil {
		return nil, err
	}
	t.rig.bases["other a"] = s.now
	want := "streaming async"
	if sync {
		want = "streaming sync"
		if _, err := old.query(ctx, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"); err != nil {
			return nil, err
		}
	}
	return s, s.follows(ctx, want)
}

// forget has the standby follow nobody any more.
func (s *standby) forget(ctx context.Context) error {
	if _, err := s.now.query(ctx, "ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()"); err != nil {
		return err
	}
	return s.follows(ctx, "")
}

// follows waits until the old one says of its followers what is wanted.
func (s *standby) follows(ctx context.Context, want string) error {
	for began := time.Now(); ; {
		rows, err := s.old.query(ctx, "SELECT COALESCE(string_agg(state || ' ' || sync_state, ', '), '') FROM pg_stat_replication")
		if err != nil {
			return err
		}
		if strings.Join(rows, "") == want {
			return nil
		}
		if time.Since(began) > 40*time.Second {
			return fmt.Errorf("the standby is %q, not %q", rows, want)
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// promote ends the following and leads the nodes to the standby; to one that lags they are not let in yet.
func (s *standby) promote(ctx context.Context, r *rig) error {
	if rows, err := s.now.query(ctx, "SELECT pg_promote(true, 60)"); err != nil || len(rows) != 1 || rows[0] != "t" {
		return fmt.Errorf("the standby is not promoted: %q, %w", rows, errors.Join(err))
	}
	s.now.proxy, s.old.proxy = s.old.proxy, nil
	s.now.proxy.lead(net.JoinHostPort(s.now.options.Listen, "5432"))
	r.bases["a"], r.bases["other a"] = s.now, s.old
	if s.lags {
		return s.now.newEpoch(ctx)
	}
	return s.now.proxy.mend()
}
