package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// asProgram tells this test binary to be the program itself, so that a test can start it, and kill it.
const asProgram = "UNIQUE_SUPPORT_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		go func() { // the test holds the other end: with it, the program goes too
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(3)
		}()
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// program is the desk in a process of its own, on one port and one data folder however often it is started.
type program struct {
	url string

	t        *testing.T
	settings []string
	addr     string
	dir      string
	command  *exec.Cmd
	hold     io.Closer
	ended    chan error
}

// startProgram starts the demo, with more settings if any are given, and waits until it can serve.
func startProgram(t *testing.T, settings ...string) *program {
	t.Helper()
	addr := free(t)
	p := &program{t: t, settings: settings, dir: folder(t), addr: addr, url: "http://" + addr}
	p.start()
	t.Cleanup(p.stop)
	p.ready()
	return p
}

// start starts the process and does not wait for it.
func (p *program) start() {
	p.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := os.OpenFile(p.logName(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	p.command = exec.Command(exe, "serve")
	p.command.Stdout, p.command.Stderr = out, out
	p.command.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "SUPPORT_") || strings.HasPrefix(v, "DATABASE_URL=")
	}), asProgram+"=1", "SUPPORT_DEMO=1", "SUPPORT_ADDR="+p.addr, "SUPPORT_OPS_ADDR=", "SUPPORT_DATA="+p.dir, "SUPPORT_ADMIN_PASSWORD=browser-test-password")
	p.command.Env = append(p.command.Env, p.settings...)
	if p.hold, err = p.command.StdinPipe(); err == nil {
		err = p.command.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	ended := make(chan error, 1)
	p.ended = ended
	go func(c *exec.Cmd) {
		err := c.Wait()
		_ = out.Close()
		ended <- err
	}(p.command)
}

// ready waits until it can serve.
func (p *program) ready() {
	p.t.Helper()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute); ; {
		defer cancel()
		if answer, err := http.Get(p.url + "/readyz"); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-p.ended:
			p.t.Fatalf("the program ended: %v\n%s", err, p.log())
		case <-ctx.Done():
			p.t.Fatalf("the program is not ready\n%s", p.log())
		case <-poll.C:
		}
	}
}

// kill ends it as a power cut would.
func (p *program) kill() {
	p.t.Helper()
	if err := p.command.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.ended
}

func (p *program) stop() {
	_ = p.command.Process.Signal(os.Interrupt)
	select {
	case err := <-p.ended:
		if err != nil {
			p.t.Errorf("the program did not end well: %v", err)
		}
	case <-time.After(patience):
		p.t.Error("the program did not end")
		p.kill()
	}
	_ = p.hold.Close()
	if said := p.log(); p.t.Failed() || strings.Contains(said, "DATA RACE") {
		p.t.Errorf("the program said:\n%s", said)
	}
}

func (p *program) logName() string { return filepath.Join(p.dir, "program.log") }

func (p *program) log() string {
	said, err := os.ReadFile(p.logName())
	if err != nil {
		return err.Error()
	}
	return string(said[max(0, len(said)-16_000):])
}
