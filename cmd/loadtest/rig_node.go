package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// node is one server process, at the same address however often it is started.
type node struct {
	name string
	rig  *rig
	addr string
	ops  string
	// binary, listens and log are other than the rig's when set: the program, where it listens, the file of what it logs.
	binary, listens, log string
	// settings are more environment variables, prefix is a program that starts the server's, given as its arguments.
	settings, prefix []string

	process *exec.Cmd
	done    chan struct{} // closed once the process has gone
	err     error         // how it went
}

func (r *rig) newNode(name string) (*node, error) {
	n := &node{name: name, rig: r}
	var err1, err2 error
	n.addr, err1 = freePort()
	n.ops, err2 = freePort()
	return n, errors.Join(err1, err2)
}

func (n *node) url() string { return "http://" + n.addr }

func (n *node) logName() string { return cmp.Or(n.log, filepath.Join(n.rig.dir, n.name+".log")) }

// change ends the node, changes how it runs, and starts it again.
func (n *node) change(ctx context.Context, how func()) error {
	n.kill()
	how()
	if err := n.start(); err != nil {
		return err
	}
	return n.ready(ctx, len(lineNames()))
}

// limited is a prefix that has the shell set limits of the process before the server runs in it.
func limited(commands string) []string { return []string{"sh", "-c", commands + `; exec "$0" "$@"`} }

// start starts the process and does not wait until it can serve.
func (n *node) start() error {
	log, err := os.OpenFile(n.logName(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := append(slices.Clone(n.prefix), cmp.Or(n.binary, n.rig.binary), "serve")
	c := exec.Command(args[0], args[1:]...)
	c.Stdout, c.Stderr = log, log
	c.Env = n.rig.environment(append([]string{"SUPPORT_ADDR=" + cmp.Or(n.listens, n.addr), "SUPPORT_OPS_ADDR=" + n.ops, "SUPPORT_LOG=warn"}, n.settings...)...)
	leash(c)
	n.process, n.done = c, make(chan struct{})
	started := make(chan error)
	go func(done chan struct{}) {
		runtime.LockOSThread() // the leash is held by the thread that forked the process
		err := c.Start()
		started <- err
		if err != nil {
			return
		}
		n.err = c.Wait()
		close(done)
	}(n.done)
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", n.name, err)
	}
	return nil
}

// kill ends the process as a power cut would, and waits.
func (n *node) kill() {
	if n.process != nil && n.process.Process != nil {
		_ = n.process.Process.Signal(syscall.SIGKILL)
		<-n.done
	}
}

// gone reports whether the process has ended.
func (n *node) gone() bool {
	select {
	case <-n.done:
		return true
	default:
		return false
	}
}

// revive starts a process that has gone, and waits until it serves something. Who ends again at once, because a database is
// away just then, is started again, as a supervisor would.
func (n *node) revive(ctx context.Context) error {
	for began := time.Now(); ; {
		if err := n.start(); err != nil {
			return err
		}
		err := n.ready(ctx, 1)
		if err == nil || ctx.Err() != nil || time.Since(began) > time.Minute {
			return err
		}
	}
}

// signal sends a signal to the process, which may have gone.
func (n *node) signal(s syscall.Signal) { _ = n.process.Process.Signal(s) }

// leave asks the process to end, as a rolling restart does, and waits for it, a minute at most.
func (n *node) leave() error {
	n.signal(syscall.SIGTERM)
	select {
	case <-n.done:
		return n.err
	case <-time.After(time.Minute):
		n.kill()
		return errors.New(n.name + " did not end within a minute of SIGTERM")
	}
}

// ready waits until the node serves as many lines; a node that ended says why.
func (n *node) ready(ctx context.Context, lines int) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if health, err := n.health(ctx); err == nil && health >= lines {
			return nil
		}
		select {
		case <-n.done:
			return fmt.Errorf("%s ended: %w\n%s", n.name, errors.Join(n.err), n.logTail())
		case <-ctx.Done():
			return fmt.Errorf("%s is not ready: %w\n%s", n.name, ctx.Err(), n.logTail())
		case <-tick.C:
		}
	}
}

// health counts the lines that the node says it can serve.
func (n *node) health(ctx context.Context) (ok int, err error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	a, err := fetch(ctx, n.url()+"/readyz")
	if err != nil {
		return 0, err
	}
	defer a.Body.Close()
	var told struct{ Lines map[string]string }
	if err := json.NewDecoder(a.Body).Decode(&told); err != nil {
		return 0, err
	}
	for _, state := range told.Lines {
		if state == "ok" {
			ok++
		}
	}
	return ok, nil
}

// plain is for the rig's own questions: each with a connection of its own, for the nodes come and go.
var plain = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func fetch(ctx context.Context, address string) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	return plain.Do(q)
}

// metrics reads the node's metrics, those with labels under their whole name.
func (n *node) metrics(ctx context.Context) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	a, err := fetch(ctx, "http://"+n.ops+"/metrics")
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	return readMetrics(a.Body)
}

// collect has the node collect its garbage, which it would do when it needs room and not before.
func (n *node) collect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	a, err := fetch(ctx, "http://"+n.ops+"/debug/pprof/heap?gc=1")
	if err != nil {
		return err
	}
	defer a.Body.Close()
	_, err = io.Copy(io.Discard, a.Body)
	return err
}

// readMetrics reads metrics by their whole name, and those with labels also added up under the bare one.
func readMetrics(r io.Reader) (map[string]float64, error) {
	m := map[string]float64{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		at := strings.LastIndexByte(lines.Text(), ' ')
		if at <= 0 || lines.Text()[0] == '#' {
			continue
		}
		v, err := strconv.ParseFloat(lines.Text()[at+1:], 64)
		if err != nil {
			continue
		}
		full := lines.Text()[:at]
		m[full] = v
		if bare, _, labelled := strings.Cut(full, "{"); labelled {
			m[bare] += v
		}
	}
	return m, lines.Err()
}

// measure is one of the node's metrics, added up over its labels, or over those that hold a text.
func (n *node) measure(ctx context.Context, name, label string) (sum float64, err error) {
	m, err := n.metrics(ctx)
	if label == "" {
		return m[name], err
	}
	for full, v := range m {
		if bare, labels, _ := strings.Cut(full, "{"); bare == name && strings.Contains(labels, label) {
			sum += v
		}
	}
	return sum, err
}

// measure adds up a metric of all nodes.
func (r *rig) measure(ctx context.Context, name, label string) (sum float64, err error) {
	for _, n := range r.nodes {
		v, err := n.measure(ctx, name, label)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

// logTail is the end of what the node logged.
func (n *node) logTail() string {
	b, err := os.ReadFile(n.logName())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}

// panics counts the panics in what the node logged.
func (n *node) panics() int {
	b, _ := os.ReadFile(n.logName()) // without a log there was none
	return strings.Count(string(b), "panic")
}
