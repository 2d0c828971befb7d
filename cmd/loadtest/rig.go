package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// rigOptions say what a rig consists of; the zero value is one node and two lines, nothing in between.
type rigOptions struct {
	// Nodes is how many servers run.
	Nodes int
	// Binary is the server's program; empty builds the one of this tree.
	Binary string
	// Between puts a proxy that can do harm before every database.
	Between bool
	// Settings are more environment variables for the nodes.
	Settings []string
	// Log hears what the rig does.
	Log io.Writer
}

// lineNames are the business lines of a rig, each on a Postgres of its own.
func lineNames() []string { return []string{"a", "b"} }

// rig is a whole installation of its own on this machine: nodes, a main database, two business lines on databases of their
// own, and what can do harm in between. Everything is in one temporary folder and ends with close.
type rig struct {
	options rigOptions
	dir     string
	binary  string
	nodes   []*node
	// bases are "main" and those of the lines by name.
	bases map[string]*base
	// keys are those of an agent for each line.
	keys map[string]string

	said   sync.Mutex
	secret string
}

// newRig starts everything and waits until it can serve.
func newRig(ctx context.Context, o rigOptions) (_ *rig, err error) {
	r := &rig{options: o, binary: o.Binary, bases: map[string]*base{}, keys: map[string]string{}}
	if r.dir, err = folder("faults-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.binary == "" {
		if r.binary, err = build(ctx, r.dir, "unique-support", nil); err != nil {
			return nil, err
		}
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:])
	r.secret = hex.EncodeToString(secret[:])
	if err := r.startBases(ctx); err != nil {
		return nil, err
	}
	if err := r.furnish(ctx); err != nil {
		return nil, err
	}
	for i := range max(o.Nodes, 1) {
		n, err := r.newNode(fmt.Sprint("node", i+1))
		if err != nil {
			return nil, err
		}
		r.nodes = append(r.nodes, n)
		if err := n.start(); err != nil {
			return nil, err
		}
	}
	return r, r.ready(ctx)
}

// folder makes a temporary folder that Postgres, as a user of its own, can come through to.
func folder(prefix string) (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

func (r *rig) startBases(ctx context.Context) error {
	var wg sync.WaitGroup
	names := append([]string{"main"}, lineNames()...)
	errs := make([]error, len(names))
	for _, name := range names {
		r.bases[name] = &base{name: name, dir: filepath.Join(r.dir, "pg-"+name)}
	}
	for i, name := range names {
		wg.Go(func() { errs[i] = r.bases[name].open(ctx, r.options.Between) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// furnish makes the lines, and an agent with a key for each.
func (r *rig) furnish(ctx context.Context) error {
	if _, err := r.command(ctx, "migrate"); err != nil {
		return err
	}
	for _, name := range lineNames() {
		if _, err := r.command(ctx, "line", "create", name, "--title", "Line "+name, "--dsn", r.bases[name].dsn()); err != nil {
			return err
		}
		email := name + "@example.com"
		if _, err := r.command(ctx, "user", "create", email, "--name", "Agent "+name, "--line", name, "--password", "a-password-for-the-rig"); err != nil {
			return err
		}
		key, err := r.command(ctx, "apikey", "create", "--user", email, "--name", "rig")
		if err != nil {
			return err
		}
		r.keys[name] = strings.TrimSpace(key)
	}
	return nil
}

// environment is what every program of the rig runs with.
func (r *rig) environment(more ...string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SUPPORT_") && !strings.HasPrefix(v, "DATABASE_URL=") && !strings.HasPrefix(v, "OTEL_") {
			env = append(env, v)
		}
	}
	env = append(env, "DATABASE_URL="+r.bases["main"].dsn(), "SUPPORT_SECRET="+r.secret, "SUPPORT_LIMITS=off", "SUPPORT_LOG_FORMAT=text",
		"SUPPORT_DATA="+filepath.Join(r.dir, "data"))
	return append(append(env, r.options.Settings...), more...)
}

// command runs one of the program's commands and returns what it printed.
func (r *rig) command(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, r.binary, args...)
	c.Env = r.environment()
	var problems strings.Builder
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("unique-support %s: %w\n%s", strings.Join(args, " "), err, problems.String())
	}
	return string(out), nil
}

// ready waits until every node can serve every line.
func (r *rig) ready(ctx context.Context) error {
	for _, n := range r.nodes {
		if err := n.ready(ctx, len(lineNames())); err != nil {
			return err
		}
	}
	return nil
}

// swap runs another program on the same databases.
func (r *rig) swap(ctx context.Context, binary string) error {
	for _, n := range r.nodes {
		n.kill()
	}
	r.binary = binary
	for _, n := range r.nodes {
		if err := n.start(); err != nil {
			return err
		}
	}
	return r.ready(ctx)
}

// urls are where the nodes are.
func (r *rig) urls() []string {
	all := make([]string, len(r.nodes))
	for i, n := range r.nodes {
		all[i] = n.url()
	}
	return all
}

// logf says what the rig does.
func (r *rig) logf(format string, args ...any) {
	if r.options.Log == nil {
		return
	}
	r.said.Lock()
	defer r.said.Unlock()
	fmt.Fprintf(r.options.Log, time.Now().UTC().Format("15:04:05.000 ")+format+"\n", args...)
}

// close ends everything and removes the folder.
func (r *rig) close() error {
	var errs []error
	for _, n := range r.nodes {
		n.kill()
	}
	for _, b := range r.bases {
		errs = append(errs, b.close())
	}
	return errors.Join(append(errs, os.RemoveAll(r.dir))...)
}

// build builds the server from this tree, with files of it replaced by others if any are given, and returns the program.
func build(ctx context.Context, dir, name string, replace map[string]string) (string, error) {
	root, err := root(ctx)
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, name)
	args := []string{"build", "-o", program}
	if len(replace) > 0 {
		overlay, err := overlaid(dir, root, replace)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", overlay)
	}
	c := exec.CommandContext(ctx, "go", append(args, "./cmd/unique-support")...)
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w\n%s", err, out)
	}
	return program, nil
}

// root is the folder of the module this program was built from, or is run in.
func root(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/taadis/unique-support").Output()
	if err != nil {
		return "", fmt.Errorf("the fault tool builds the server, so it runs inside its source tree: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// freePort finds a port below those that connections going out are given.
func freePort() (string, error) {
	for range 200 {
		address := fmt.Sprint("127.0.0.1:", 12_000+mrand.N(20_000))
		l, err := net.Listen("tcp", address)
		if err == nil {
			return address, l.Close()
		}
	}
	return "", errors.New("no free port found")
}
