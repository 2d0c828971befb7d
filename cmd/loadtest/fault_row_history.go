package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// restored puts an older backup in the place of line a's database while everybody works: what was accepted after it is lost,
// that and nothing else, and every screen is told.
func restored(ctx context.Context, t *trial) error {
	o := crewOptions{Talks: 30, Rate: 60, Resets: true}
	return t.underCrews(ctx, []string{"a"}, o, func(crews map[string]*crew) error {
		a, b := crews["a"], t.rig.bases["a"]
		if err := a.begun(ctx); err != nil {
			return err
		}
		dump := filepath.Join(t.rig.dir, "a.dump")
		if err := b.tool(ctx, "pg_dump", "--format=custom", "--schema=line_a", "--file="+dump); err != nil {
			return err
		}
		if err := pause(ctx, t.span(5*time.Second, 30*time.Second)); err != nil {
			return err
		}
		b.proxy.cut()
		if _, err := b.query(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk'"); err != nil {
			return err
		}
		before, err := b.messages(ctx, "a")
		if err != nil {
			return err
		}
		if _, err := b.query(ctx, "DROP SCHEMA line_a CASCADE"); err != nil {
			return err
		}
		if err := b.tool(ctx, "pg_restore", "--single-transaction", dump); err != nil {
			return err
		}
		after, err := b.messages(ctx, "a")
		if err != nil {
			return err
		}
		if err := b.newEpoch(ctx); err != nil {
			return err
		}
		if err := b.proxy.mend(); err != nil {
			return err
		}
		for id := range after {
			delete(before, id) // what is left was there and is not any more
		}
		return t.afterwards(ctx, a, before)
	})
}

// newEpoch says that line a's history is another one, as docs/operating/backup.md has an operator do.
func (b *base) newEpoch(ctx context.Context) error {
	_, err := b.query(ctx, "UPDATE line_a.epoch SET value = substr(replace(CAST(gen_random_uuid() AS text), '-', ''), 1, 12)")
	return err
}

// afterwards judges how a crew lived through the loss of the messages that are missing.
func (t *trial) afterwards(ctx context.Context, a *crew, missing map[packed]bool) error {
	screens, err := a.reconciled(ctx)
	if err != nil {
		return err
	}
	if err := pause(ctx, 2*time.Second); err != nil {
		return err
	}
	now, err := t.rig.bases["a"].messages(ctx, "a")
	if err != nil {
		return err
	}
	a.losses.mu.Lock()
	defer a.losses.mu.Unlock()
	again := 0
	for id := range missing {
		switch {
		case now[id]:
			again++ // it waited in an outbox
			t.must(!a.losses.all[id], "a message is there and was found lost")
		default:
			t.must(a.losses.all[id], "a message is gone and nobody knows")
		}
	}
	for id := range a.losses.all {
		t.must(missing[id], "a message is lost that was in the backup")
	}
	t.figure("%d messages were not in it: %d sent again, %d lost, as computed", len(missing), again, len(a.losses.all))
	t.figure("%d screens began anew within %s", a.losses.screens, brief(screens))
	t.must(len(missing) > 0, "nothing was lost: the backup was not older")
	t.within(screens, 20*time.Second, "the last screen began anew after") // a node believes an epoch for 10 s, and compares every 5
	return nil
}

// messages are the ids of all messages of a line that somebody sent.
func (b *base) messages(ctx context.Context, line string) (map[packed]bool, error) {
	rows, err := b.query(ctx, "SELECT client_id FROM line_"+line+".messages WHERE client_id IS NOT NULL")
	all := map[packed]bool{}
	for _, r := range rows {
		all[pack(r)] = true
	}
	return all, err
}

// tool runs one of Postgres' programs on the base.
func (b *base) tool(ctx context.Context, name string, args ...string) error {
	c := exec.CommandContext(ctx, filepath.Join(filepath.Dir(b.psql), name), append(args, "--dbname="+b.direct())...)
	c.Env = b.client(ctx).Env
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s of %s: %w %s", name, b.name, err, out)
	}
	return nil
}
