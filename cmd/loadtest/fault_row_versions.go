package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// twoVersions begins with nodes of an earlier commit and replaces them one after the other: for a while, old and new serve side by side.
func twoVersions(ctx context.Context, t *trial) error {
	dir, err := folder("faults-old-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	old, commit, err := earlier(ctx, dir, t.old)
	if err != nil {
		return err
	}
	o, now := t.rig.options, t.rig.binary
	if err := t.rig.close(); err != nil {
		return err
	}
	o.Binary = old
	mixed, err := newRig(ctx, o)
	if err != nil {
		return err
	}
	t.rig = mixed // and closed as the first would have been
	t.figure("%s and this tree", commit)
	return t.under(ctx, []string{"a", "b"}, 40, 50, func(crews map[string]*crew) error {
		for i := len(t.rig.nodes) - 1; i >= 0; i-- { // the last first: then the one that migrates has nobody of its kind
			n := t.rig.nodes[i]
			t.rig.logf("%s leaves, and comes back new", n.name)
			if err := n.leave(); err != nil {
				return err
			}
			n.binary = now
			if err := n.start(); err != nil {
				return err
			}
			if err := n.ready(ctx, len(lineNames())); err != nil {
				return err
			}
			if err := pause(ctx, t.span(8*time.Second, 2*time.Minute)); err != nil {
				return err
			}
		}
		w := both(crews)
		t.figure("shown after P99 %s max %s, answers %v", brief(w.Screen.at(99)), brief(w.Screen.at(100)), w.Answers)
		t.within(w.Screen.at(99), 5*time.Second, "shown at P99 after")
		for status, n := range w.Answers {
			t.must(status < 400 || status == 503, "%d were answered %d", n, status)
		}
		return nil
	})
}

// earlier builds the server of an earlier commit of this repository and tells which that is.
func earlier(ctx context.Context, dir, commit string) (binary, hash string, err error) {
	top, err := root(ctx)
	if err != nil {
		return "", "", err
	}
	git := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-C", top}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	if hash, err = git("rev-parse", "--short", "--verify", commit+"^{commit}"); err != nil {
		return "", "", skipped("needs a git checkout with the commit " + commit + "; --old names another")
	}
	tree, program := filepath.Join(dir, "tree"), filepath.Join(dir, "unique-support")
	packed := tree + ".tar"
	if _, err := git("archive", "--output="+packed, hash); err != nil {
		return "", "", fmt.Errorf("take %s out of the repository: %w", hash, err)
	}
	if err := os.Mkdir(tree, 0o755); err != nil {
		return "", "", err
	}
	for _, c := range []*exec.Cmd{exec.CommandContext(ctx, "tar", "-xf", packed, "-C", tree), exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/unique-support")} {
		c.Dir = tree
		if out, err := c.CombinedOutput(); err != nil {
			return "", "", fmt.Errorf("build the server of %s: %w\n%s", hash, err, out)
		}
	}
	return program, hash, nil
}

// shifted is a server whose clock is as far off as the environment says.
func shifted() mutant {
	return mutant{name: "the clock is off", edits: []edit{
		{"cmd/unique-support/serve.go", "\t\"net/http\"\n", "\t\"net/http\"\n\t\"os\"\n"},
		{"cmd/unique-support/serve.go", "func (clock) Now() time.Time { return time.Now() }", `func (clock) Now() time.Time {
	off, err := time.ParseDuration(os.Getenv("FAULTS_CLOCK"))
	if err != nil {
		panic(err)
	}
	return time.Now().Add(off)
}`},
	}}
}

// tells is how far a node's clock is off, as when a visitor's token expires tells: it lives for whole days.
func (n *node) tells(ctx context.Context) (time.Duration, error) {
	g, err := enter(ctx, n.url(), "a")
	if err != nil {
		return 0, err
	}
	parts := strings.Split(g.Token, ".")
	expires, err := strconv.ParseInt(parts[max(0, len(parts)-2)], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("when a token expires cannot be read: %w", err)
	}
	const day = 24 * time.Hour
	left := time.Until(time.Unix(expires, 0))
	return left - left.Round(day), nil
}

// clocks has one node an hour ahead of the others, and one an hour behind.
func clocks(ctx context.Context, t *trial) error {
	binary, err := shifted().build(ctx, t.rig.dir)
	if err != nil {
		return err
	}
	for i, off := range []time.Duration{0, time.Hour, -time.Hour} {
		n := t.rig.nodes[i]
		if err := n.change(ctx, func() { n.binary, n.settings = binary, []string{"FAULTS_CLOCK=" + off.String()} }); err != nil {
			return err
		}
		told, err := n.tells(ctx)
		if err != nil {
			return err
		}
		t.must((told-off).Abs() < 10*time.Minute, "the clock of %s is %s off, not %s", n.name, told, off)
	}
	return t.under(ctx, []string{"a", "b"}, 40, 50, func(crews map[string]*crew) error {
		if err := pause(ctx, t.span(15*time.Second, time.Minute)); err != nil {
			return err
		}
		w := both(crews)
		apart, back := 0, 0
		for _, line := range lineNames() {
			rows, err := t.rig.bases[line].query(ctx, "SELECT count(*) FILTER (WHERE abs(extract(epoch FROM created_at - now())) > 1800), count(*) FILTER (WHERE created_at < before) FROM "+
				"(SELECT created_at, lag(created_at) OVER (PARTITION BY conversation_id ORDER BY seq) AS before FROM line_"+line+".messages) m")
			if err != nil {
				return err
			}
			var a, b int
			if _, err := fmt.Sscan(strings.Join(rows, " "), &a, &b); err != nil {
				return errors.Join(err, fmt.Errorf("psql said %q", rows))
			}
			apart, back = apart+a, back+b
		}
		t.figure("clocks at 0, +1 h, -1 h; Postgres' own is right (there is no libfaketime here)")
		t.figure("shown after P99 %s max %s, %d messages bear a time that is off, %d one before their predecessor's", brief(w.Screen.at(99)), brief(w.Screen.at(100)), apart, back)
		t.must(w.failed() == 0 && w.Dropped == 0, "it answered %v and lost %d streams", w.Answers, w.Dropped)
		t.must(back == 0, "%d messages have a time before their predecessor's", back)
		t.within(w.Screen.at(100), 3*time.Second, "a message was shown after")
		return nil
	})
}
