package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/taadis/unique-support/sql/local"
)

// base is a Postgres of the rig. What it says of itself is asked through psql, as an operator would.
type base struct {
	name    string
	dir     string
	options local.Options
	psql    string
	// proxy stands before it; nil when the nodes reach it by its socket.
	proxy *between

	mu     sync.Mutex
	server *local.Server
}

// open starts the server and, when one is wanted, the proxy before it.
func (b *base) open(ctx context.Context, proxied bool) error {
	bin, err := local.BinDir(b.dir)
	if err != nil {
		return err
	}
	b.psql = filepath.Join(bin, "psql")
	b.options.MaxConnections = 150
	if proxied {
		if b.options.Listen, err = freeHost(); err != nil {
			return err
		}
	}
	if err := b.start(ctx); err != nil {
		return err
	}
	// The nodes come as a role of their own, which limits of Postgres hold for, unlike for the owner of the cluster.
	if _, err := b.query(ctx, "CREATE ROLE desk LOGIN", "GRANT ALL ON DATABASE postgres TO desk", "GRANT ALL ON SCHEMA public TO desk"); err != nil || !proxied {
		return err
	}
	b.proxy, err = newBetween(b.name, net.JoinHostPort(b.options.Listen, "5432"))
	return err
}

// freeHost finds an address of this machine at which nobody has Postgres' port.
func freeHost() (string, error) {
	for range 200 {
		host := fmt.Sprintf("127.%d.%d.%d", 1+mrand.N(250), mrand.N(256), 1+mrand.N(250))
		l, err := net.Listen("tcp", net.JoinHostPort(host, "5432"))
		if err == nil {
			return host, l.Close()
		}
	}
	return "", errors.New("no free loopback address found: this needs Linux, where all of 127.0.0.0/8 is this machine")
}

// dsn is where the nodes find it.
func (b *base) dsn() string {
	if b.proxy == nil {
		return b.direct() + " user=desk" // the later name wins
	}
	host, port, _ := net.SplitHostPort(b.proxy.address)
	return fmt.Sprintf("host=%s port=%s user=desk dbname=postgres sslmode=disable", host, port)
}

// direct is where it really is.
func (b *base) direct() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.server.DSN()
}

// start starts it on the data it has; whatever is left of a killed one is ended first.
func (b *base) start(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server != nil {
		_ = b.server.Stop() // it has gone; this gives up the folder's lock
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	server, err := b.options.Start(ctx, b.dir)
	if err != nil {
		return fmt.Errorf("start Postgres %s: %w", b.name, err)
	}
	b.server = server
	return nil
}

// pid is the postmaster's.
func (b *base) pid() (int, error) {
	text, err := os.ReadFile(filepath.Join(b.dir, "pg", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}

// numbers reads those in a text, whatever stands between them.
func numbers(text string) (all []int) {
	for word := range strings.FieldsSeq(text) {
		if n, err := strconv.Atoi(word); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// signal sends a signal to the postmaster: SIGKILL as the kernel would, SIGINT and SIGQUIT as pg_ctl's fast and immediate
// stops. It waits until it has gone.
func (b *base) signal(s syscall.Signal) error {
	pid, err := b.pid()
	if err != nil {
		return err
	}
	b.mu.Lock()
	gone := b.server.Exited()
	b.mu.Unlock()
	if err := syscall.Kill(pid, s); err != nil {
		return err
	}
	select {
	case <-gone:
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("the postmaster of %s does not end", b.name)
	}
}

// query runs statements past the proxy and returns the rows, a tab between their columns.
func (b *base) query(ctx context.Context, statements ...string) ([]string, error) {
	c := b.client(ctx)
	for _, s := range statements {
		c.Args = append(c.Args, "-c", s)
	}
	var problems strings.Builder
	c.Stderr = &problems
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("psql on %s: %w: %s", b.name, err, problems.String())
	}
	text := strings.TrimSuffix(string(out), "\n")
	if text == "" {
		return nil, nil
	}
	return strings.Split(text, "\n"), nil
}

func (b *base) client(ctx context.Context) *exec.Cmd {
	c := exec.CommandContext(ctx, b.psql, "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", b.direct())
	c.Env = append(os.Environ(), "PGCONNECT_TIMEOUT=10")
	return c
}

// hold runs statements on a connection that stays open until release, a transaction begun in them included. The last of
// them has been run when hold returns.
func (b *base) hold(ctx context.Context, statements string) (release func(), err error) {
	c := b.client(ctx)
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var said strings.Builder
	c.Stderr = &said
	if err := c.Start(); err != nil {
		return nil, err
	}
	release = sync.OnceFunc(func() { _ = in.Close(); _ = c.Wait() })
	if _, err := io.WriteString(in, statements+";\nSELECT 'held';\n"); err != nil {
		release()
		return nil, err
	}
	told := make([]byte, len("held"))
	if _, err := io.ReadFull(out, told); err != nil || string(told) != "held" {
		release()
		return nil, fmt.Errorf("psql on %s did not hold: %s", b.name, strings.TrimSpace(said.String()))
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return release, nil
}

// backend is the process of one connection of the nodes.
func (b *base) backend(ctx context.Context) (int, error) {
	rows, err := b.query(ctx, "SELECT pid FROM pg_stat_activity WHERE application_name = 'unique-support' ORDER BY state_change DESC LIMIT 1")
	if err != nil || len(rows) == 0 {
		return 0, fmt.Errorf("%s has no connections: %w", b.name, errors.Join(err))
	}
	return strconv.Atoi(rows[0])
}

// close ends it and the proxy before it.
func (b *base) close() error {
	if b.proxy != nil {
		b.proxy.close()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.server == nil {
		return nil
	}
	_ = b.server.Stop() // it may have been killed; its folder is removed anyway
	return nil
}
