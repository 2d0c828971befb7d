package push

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener of net.Pipe connections: no buffer in between, and time may be the test's own.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial() (net.Conn, error) {
	near, far := net.Pipe()
	p.conns <- far
	return near, nil
}

// bubble runs f with a hub behind an HTTP server over pipes, in a bubble of its own time.
func bubble(t *testing.T, o Options, f func(t *testing.T, g *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		g, stop := pipedRig(o)
		defer stop()
		f(t, g)
	})
}

func pipedRig(o Options) (g *rig, stop func()) {
	g = &rig{Hub: New(o), store: newStore()}
	ctx, cancel := context.WithCancel(context.Background())
	p := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	g.dial = p.dial
	server := &http.Server{Handler: g, WriteTimeout: 3 * time.Second, ReadTimeout: 3 * time.Second}
	var all sync.WaitGroup
	all.Go(func() { _ = g.Run(ctx) })
	all.Go(func() { _ = server.Serve(p) })
	synctest.Wait()
	return g, func() {
		cancel()
		_ = server.Close()
		all.Wait()
		synctest.Wait()
	}
}
