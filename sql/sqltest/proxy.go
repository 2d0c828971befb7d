package sqltest

import (
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lib/pq"
)

// Proxy stands between a store and Postgres. Silent, it is a black hole: it keeps every connection and passes nothing.
type Proxy struct {
	// DSN leads through it.
	DSN string
	// Silent has it pass nothing.
	Silent atomic.Bool
	// Dialed counts the connections that were opened.
	Dialed atomic.Int32
}

// NewProxy stands before the database of a data source name until t ends.
func NewProxy(t testing.TB, dsn string) *Proxy {
	t.Helper()
	cfg, err := pq.NewConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	network, address := "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	if cfg.Host[0] == '/' {
		network, address = "unix", fmt.Sprintf("%s/.s.PGSQL.%d", cfg.Host, cfg.Port)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{DSN: fmt.Sprintf("host=127.0.0.1 port=%d user='%s' password='%s' dbname='%s' sslmode=disable",
		l.Addr().(*net.TCPAddr).Port, cfg.User, cfg.Password, cfg.Database)}
	var mu sync.Mutex
	var open []net.Conn
	over := false
	keep := func(c net.Conn) {
		mu.Lock()
		defer mu.Unlock()
		if open = append(open, c); over {
			_ = c.Close()
		}
	}
	var running sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		over = true
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	running.Go(func() {
		for {
			front, err := l.Accept()
			if err != nil {
				return
			}
			keep(front)
			p.Dialed.Add(1)
			if p.Silent.Load() {
				continue
			}
			back, err := net.Dial(network, address)
			if err != nil {
				_ = front.Close()
				continue
			}
			keep(back)
			running.Go(func() { p.pass(back, front) })
			running.Go(func() { p.pass(front, back) })
		}
	})
	return p
}

func (p *Proxy) pass(to, from net.Conn) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			if !p.Silent.Load() { // a peer behind a black hole is not heard to hang up
				_ = to.Close()
			}
			return
		}
		if p.Silent.Load() {
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			_ = from.Close()
			return
		}
	}
}
